import path from 'node:path'
import { parseArgs } from 'node:util'
import { describeError, UserError } from '../foundation/user-error.mjs'

/** Steps that undo unfinished work when the command fails or is stopped. */
export class Cleanup {
  /** @type {(() => void)[]} */
  #steps = []

  /** @param {() => void} step has to be synchronous: the process is about to end */
  add(step) {
    this.#steps.unshift(step)
  }

  /** Does all steps; one that fails is reported and keeps no other from being done. */
  run() {
    for (const step of this.#steps.splice(0)) {
      try {
        step()
      } catch (error) {
        process.stderr.write(
          `Unfinished work could not be removed: ${/** @type {Error} */ (error).message}\n`,
        )
      }
    }
  }
}

/**
 * Runs a command to its end and ends the process, with 1 and a text for people when it fails.
 * @param {(cleanup: Cleanup) => Promise<void>} command
 */
export async function runToEnd(command) {
  const cleanup = new Cleanup()
  process.on('exit', () => cleanup.run())
  for (const [signal, number] of /** @type {const} */ ([
    ['SIGHUP', 1],
    ['SIGINT', 2],
    ['SIGTERM', 15],
  ])) {
    process.on(signal, () => {
      process.stderr.write('\nStopped; nothing was changed.\n')
      process.exit(128 + number)
    })
  }
  try {
    await command(cleanup)
    process.exit()
  } catch (error) {
    process.stderr.write(`\n${describeError(error)}\n`, () => process.exit(1))
  }
}

/**
 * @template {import('node:util').ParseArgsConfig['options']} Options
 * @param {string[]} args
 * @param {Options} options
 * @param {string} usage
 */
export function parseCommandLine(args, options, usage) {
  try {
    return parseArgs({ args, options, allowPositionals: true })
  } catch (error) {
    const [what = ''] = /** @type {Error} */ (error).message.split('\n')
    throw new UserError(what, `Usage: ${usage}`)
  }
}

/**
 * Resolves a path from the directory in which it was typed: npm itself changes to the project's root.
 * @param {string} typed
 */
export function resolveTyped(typed) {
  return path.resolve(process.env.INIT_CWD ?? process.cwd(), typed)
}
