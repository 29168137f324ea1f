import { setTimeout as pause } from 'node:timers/promises'
import { runActor } from './actor.mjs'
import { proveDurability } from './durability.mjs'
import { Finding } from './finding.mjs'
import { Target } from './target.mjs'
import { Witness } from './witness.mjs'

/** Memory growth that counts as a leak; length of a turn of the event loop that counts as blocked. */
const allowedGrowthBytes = 12 * 2 ** 20
const allowedTurnMs = 1_500
/** The broker is killed and started again in every so many checks. */
const checksPerCrash = 2
const noWitness = { connections: 0, subscriptions: 0 }

/** A broker, the witness, and the oracles that check the broker as a whole. */
export class Arena {
  slowestTurnMs = 0
  /** After each check. @type {import('./target.mjs').TargetMemory[]} */
  memory = []
  /** How often the broker was killed and restored everything. */
  crashes = 0
  #checks = 0

  /**
   * @param {Target} target
   * @param {Witness} witness
   * @param {number} answerTimeoutMs
   */
  constructor(target, witness, answerTimeoutMs) {
    this.target = target
    this.witness = witness
    this.answerTimeoutMs = answerTimeoutMs
  }

  /**
   * @param {import('./target.mjs').TargetName} name
   * @param {number} answerTimeoutMs how long an answer may take on a busy machine
   */
  static async open(name, answerTimeoutMs) {
    const target = await new Target(name).start()
    const witness = await new Witness(target, answerTimeoutMs).start()
    return new Arena(target, witness, answerTimeoutMs)
  }

  async close() {
    this.witness.stop()
    await this.target.stop()
  }

  /**
   * Plays all actors of a case at once. Throws the first Finding.
   * @param {import('./case.mjs').Case} attack
   */
  async play({ actors }) {
    const results = await Promise.allSettled(actors.map((actor) => runActor(actor, this)))
    this.#checkCrash()
    for (const result of results) if (result.status === 'rejected') throw result.reason
    this.witness.check()
  }

  /** Checks the broker after the attackers have left: nothing may be lost, and nothing of theirs may stay. */
  async checkAtRest() {
    await this.witness.drain()
    this.#checkCrash()
    if (this.target.answers) {
      await this.#left(({ sockets, connections }) => ({ sockets, connections }))
      if (++this.#checks % checksPerCrash === 0) await this.#crash()
      const before = await this.target.clean()
      this.slowestTurnMs = Math.max(this.slowestTurnMs, before?.slowestTurnMs ?? 0)
      await this.#left(({ sessions, subscriptions, retained }) => ({ sessions, subscriptions, retained }))
      this.#checkErrors(await this.target.stats())
      await this.#checkMemory()
      if (this.slowestTurnMs > allowedTurnMs)
        throw new Finding('blocked', `the event loop stood still for ${this.slowestTurnMs} ms`)
    }
    this.#checkCrash()
    this.witness.resume()
  }

  /** Kills the broker with everything that the attackers left in it: all of that must be restored, and work. */
  async #crash() {
    this.witness.stop()
    await this.#left(({ sockets, connections }) => ({ sockets, connections }), noWitness)
    const crash = await this.target.crash()
    if (crash) {
      for (const name of /** @type {const} */ (['sessions', 'subscriptions', 'retained'])) {
        const [before, after] = [crash.before[name], crash.after[name]]
        if (before !== after)
          throw new Finding('forgotten', `${name}: ${before} before, ${after} after a crash`)
      }
    }
    await proveDurability(this.target, this.answerTimeoutMs)
    this.crashes++
    this.witness = await new Witness(this.target, this.answerTimeoutMs).start()
    await this.witness.drain()
    await this.#left(({ sockets, connections }) => ({ sockets, connections }))
  }

  /**
   * Connections end a moment before the process that held them: then its end is what was found.
   * @param {Finding} finding
   */
  async explain(finding) {
    await Promise.race([this.target.exit, pause(1_000)])
    return this.target.exited ? new Finding('crash', this.target.lastWords) : finding
  }

  #checkCrash() {
    if (this.target.exited) throw new Finding('crash', this.target.lastWords)
  }

  /** @param {import('./target.mjs').TargetStats | null} stats */
  #checkErrors(stats) {
    const error = stats?.errors[0]
    if (error !== undefined) throw new Finding('internal error', error)
  }

  /**
   * Waits until the counts are those of the witness alone.
   * @param {(stats: import('./target.mjs').TargetStats) => Record<string, number>} select
   * @param {{ connections: number, subscriptions: number }} counts
   */
  async #left(select, { connections, subscriptions } = Witness.counts) {
    const wanted = { sockets: connections, connections, sessions: connections, subscriptions, retained: 1 }
    const deadline = Date.now() + this.answerTimeoutMs
    for (;;) {
      const stats = await this.target.stats()
      if (!stats) return
      const counts = Object.entries(select(stats))
      const wrong = counts.filter(
        ([name, count]) => wanted[/** @type {keyof typeof wanted} */ (name)] !== count,
      )
      if (wrong.length === 0) return
      if (Date.now() > deadline)
        throw new Finding('left behind', wrong.map(([name, count]) => `${name} ${count}`).join(', '))
      await pause(20)
      if (wrong.some(([name]) => name === 'sessions' || name === 'retained')) await this.target.clean()
    }
  }

  /** Compares with the third check: by then everything is compiled and every pool is filled. */
  async #checkMemory() {
    const memory = await this.target.memory()
    if (!memory) return
    this.memory.push(memory)
    const first = this.memory[2]
    if (!first) return
    for (const name of /** @type {const} */ (['heapBytes', 'bufferBytes'])) {
      const grownBytes = memory[name] - first[name]
      if (grownBytes > allowedGrowthBytes)
        throw new Finding('memory', `${name} grew by ${Math.round(grownBytes / 2 ** 20)} MiB`)
    }
  }
}
