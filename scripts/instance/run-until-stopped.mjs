import { say } from '../foundation/progress.mjs'
import { describeError } from '../foundation/user-error.mjs'
import { endRunningCommands } from '../process/run-command.mjs'
import { stopRequested } from '../process/stop-requests.mjs'
import { ApiStartError } from './api-process.mjs'

/** npm and turbo end within this time, or are killed. */
const commandStopMs = 3_000

/** @typedef {(step: () => Promise<void>) => void} OnStop registers a step of the stop; the last registered is the first done */

/**
 * Runs until a stop is requested or the run fails, does the registered steps of the stop, and ends the process.
 * @param {(onStop: OnStop, stop: Promise<string>) => Promise<never>} run rejects when it cannot go on, and never resolves;
 * `stop` resolves when a stop is requested
 */
export async function runUntilStopped(run) {
  // The program that reads the output may end before this one.
  process.stdout.on('error', () => {})
  const stop = stopRequested()
  /** @type {(() => Promise<void>)[]} */
  const undo = []
  try {
    await Promise.race([run((step) => undo.unshift(step), stop), stop])
    say('stopping …')
  } catch (error) {
    // The api has printed its own error.
    if (!(error instanceof ApiStartError)) process.stderr.write(`\n${describeError(error)}\n`)
    process.exitCode = 1
  }
  await endRunningCommands(commandStopMs)
  for (const step of undo) await step()
  if (process.exitCode === undefined) say('stopped')
  process.exit()
}
