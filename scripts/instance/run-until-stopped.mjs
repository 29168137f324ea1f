import { describeError } from '../foundation/user-error.mjs'
import { stopRequested } from '../process/stop-requests.mjs'
import { ApiStartError } from './api-process.mjs'

/** @typedef {(step: () => Promise<void>) => void} OnStop registers a step of the stop; the last registered is the first done */

/**
 * Runs something until somebody wants it to end or it cannot go on, stops it, and ends the process.
 * @param {(onStop: OnStop) => Promise<never>} run rejects when it cannot go on, and never resolves
 */
export async function runUntilStopped(run) {
  // Nobody reads on when the output is piped into a program that has ended; that is no reason to end.
  process.stdout.on('error', () => {})
  const stop = stopRequested()
  /** @type {(() => Promise<void>)[]} */
  const undo = []
  try {
    await Promise.race([run((step) => undo.unshift(step)), stop])
  } catch (error) {
    // The api has told its own story.
    if (!(error instanceof ApiStartError)) process.stderr.write(`\n${describeError(error)}\n`)
    process.exitCode = 1
  }
  for (const step of undo) await step()
  process.exit()
}
