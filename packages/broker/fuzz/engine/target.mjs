import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

/** @typedef {import('@heliograph/broker').BrokerStats & { sockets: number, errors: string[], slowestTurnMs: number }} TargetStats */
/** @typedef {{ heapBytes: number, bufferBytes: number, residentBytes: number }} TargetMemory */

const scripts = {
  heliograph: new URL('../target/heliograph.mjs', import.meta.url),
  'plain-aedes': new URL('../../test/support/plain-aedes.mjs', import.meta.url),
}

/** @typedef {keyof typeof scripts} TargetName */
export const targetNames = /** @type {TargetName[]} */ (Object.keys(scripts))

/** A broker in a child process. */
export class Target {
  tcpPort = 0
  wsPort = 0
  /** What it printed last on stderr, or how it ended. */
  lastWords = ''
  exited = false
  /** Settles when the process has ended and its output is read. @type {Promise<unknown>} */
  exit
  #child
  #questions = 0
  /** @type {Map<number, (answer: unknown) => void>} */
  #waiting = new Map()

  /** @param {TargetName} name */
  constructor(name) {
    this.name = name
    const child = fork(fileURLToPath(scripts[name]), [], {
      execArgv: ['--expose-gc'],
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    })
    child.stderr?.on('data', (chunk) => {
      this.lastWords = `${this.lastWords}${chunk}`.slice(-4_000)
    })
    // `close` comes after `exit`, when stderr has been read to its end.
    this.exit = once(child, 'close')
    child.once('close', (code, signal) => {
      this.exited = true
      this.lastWords ||= `exit ${code ?? signal}`
      for (const settle of this.#waiting.values()) settle(null)
    })
    this.#child = child
  }

  /** Only our own broker answers questions about itself. */
  get answers() {
    return this.name === 'heliograph'
  }

  async start() {
    const failed = once(this.#child, 'exit').then(() => {
      throw new Error(`the target did not start: ${this.lastWords}`)
    })
    const [ports] = await Promise.race([once(this.#child, 'message'), failed])
    failed.catch(() => undefined)
    this.tcpPort = ports.tcpPort
    this.wsPort = ports.wsPort
    this.#child.on('message', (message) => {
      const { id, answer } = /** @type {{ id: number, answer: unknown }} */ (message)
      this.#waiting.get(id)?.(answer)
      this.#waiting.delete(id)
    })
    return this
  }

  /** @returns {Promise<TargetStats | null>} */
  stats() {
    return this.#ask('stats')
  }

  /** @returns {Promise<TargetStats | null>} */
  clean() {
    return this.#ask('clean')
  }

  /**
   * Kills the broker and starts it again with its store; returns what it held before, and holds now.
   * @returns {Promise<{ before: TargetStats, after: TargetStats } | null>}
   */
  crash() {
    return this.#ask('crash')
  }

  /** @returns {Promise<TargetMemory | null>} */
  memory() {
    return this.#ask('memory')
  }

  /**
   * Why the broker ended a client's connection, if it did.
   * @param {string} clientId
   * @returns {Promise<string | null>}
   */
  ending(clientId) {
    return this.#ask('ending', clientId)
  }

  async stop() {
    if (this.exited) return
    this.#child.kill('SIGKILL')
    await this.exit
  }

  /**
   * Null when the process is gone.
   * @param {string} name
   * @param {string} text
   * @returns {Promise<any>}
   */
  #ask(name, text = '') {
    if (this.exited || !this.answers) return Promise.resolve(null)
    const id = ++this.#questions
    return new Promise((resolve) => {
      this.#waiting.set(id, resolve)
      this.#child.send({ id, name, text }, (error) => error && resolve(null))
    })
  }
}
