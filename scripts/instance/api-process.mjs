import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { inProject, projectRoot } from '../foundation/paths.mjs'
import { say } from '../foundation/progress.mjs'
import { processToken } from '../process/processes.mjs'

/** @typedef {import('../process/lock.mjs').ProcessId} ProcessId */

const firstPauseMs = 1_000
const longestPauseMs = 30_000

/** The api, which serves everything and spawns the pages' server. */
export class ApiProcess {
  /** @type {import('node:child_process').ChildProcess | undefined} */
  #child
  /** @type {WeakSet<import('node:child_process').ChildProcess>} children that were asked to end */
  #dismissed = new WeakSet()

  /**
   * @param {NodeJS.ProcessEnv} env
   * @param {(id: ProcessId) => void} onSpawn
   */
  constructor(env, onSpawn) {
    this.env = env
    this.onSpawn = onSpawn
  }

  /**
   * Starts the api.
   * @returns {Promise<string>} the address that it serves, once everything answers
   */
  start() {
    return untilReady(this.#spawn())
  }

  /** Starts the api again whenever it ends by itself, with longer pauses while starting fails. */
  async keepAlive() {
    let pauseMs = firstPauseMs
    while (this.#child) {
      const child = this.#child
      if (!hasEnded(child)) await once(child, 'exit')
      if (this.#dismissed.has(child)) return
      say(`The api ended by itself (${child.exitCode ?? child.signalCode}); starting it again.`)
      await sleep(pauseMs)
      if (this.#dismissed.has(child)) return
      try {
        await this.start()
        say('The api is ready again.')
        pauseMs = firstPauseMs
      } catch {
        pauseMs = Math.min(pauseMs * 2, longestPauseMs)
      }
    }
  }

  /**
   * Ends the api by SIGTERM, and by SIGKILL after the timeout.
   * @param {number} timeoutMs
   */
  async stop(timeoutMs) {
    const child = this.#child
    if (!child) return
    this.#dismissed.add(child)
    if (hasEnded(child)) return
    const exited = once(child, 'exit')
    const killTimer = setTimeout(() => child.kill('SIGKILL'), timeoutMs)
    child.kill('SIGTERM')
    await exited
    clearTimeout(killTimer)
  }

  #spawn() {
    const child = spawn(process.execPath, [inProject('apps/api/dist/main.js')], {
      cwd: projectRoot,
      env: this.env,
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
      // A session of its own: Ctrl-C reaches the supervisor alone, which stops the api before its database.
      detached: true,
    })
    this.#child = child
    if (child.pid) this.onSpawn({ pid: child.pid, token: processToken(child.pid) })
    return child
  }
}

/** The api ended before it was ready; its own output says why. */
export class ApiStartError extends Error {
  /** @param {number | null} exitCode */
  constructor(exitCode) {
    super(`the api ended (${exitCode}) before it was ready`)
    this.exitCode = exitCode
  }
}

/**
 * @param {import('node:child_process').ChildProcess} child
 * @returns {Promise<string>}
 */
function untilReady(child) {
  return new Promise((resolve, reject) => {
    child.on('message', (/** @type {{ type?: string, url?: string }} */ message) => {
      if (message?.type === 'ready') resolve(message.url ?? '')
    })
    child.once('error', reject)
    child.once('exit', (code) => reject(new ApiStartError(code)))
  })
}

/** @param {import('node:child_process').ChildProcess} child */
function hasEnded(child) {
  return child.exitCode !== null || child.signalCode !== null
}
