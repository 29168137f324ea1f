import { setTimeout as pause } from 'node:timers/promises'
import { runActor } from './actor.mjs'
import { proveDurability } from './durability.mjs'
import { Finding } from './finding.mjs'
import { Target } from './target.mjs'
import { Witness } from './witness.mjs'

/** Growth above which something is kept that nobody needs; a turn of the event loop above which it is blocked. */
const allowedGrowthBytes = 12 * 2 ** 20
const allowedTurnMs = 1_500
/** The broker is killed and started again after every so many settlings. */
const settlingsPerCrash = 2
const noWitness = { connections: 0, subscriptions: 0 }

/** A broker, the witness and the oracles that look at the broker as a whole. */
export class Arena {
  slowestTurnMs = 0
  /** After each settling. @type {import('./target.mjs').TargetMemory[]} */
  memory = []
  /** How often the broker was killed and came back with everything. */
  crashes = 0
  #settled = 0

  /**
   * @param {Target} target
   * @param {Witness} witness
   * @param {number} patienceMs
   */
  constructor(target, witness, patienceMs) {
    this.target = target
    this.witness = witness
    this.patienceMs = patienceMs
  }

  /**
   * @param {import('./target.mjs').TargetName} name
   * @param {number} patienceMs how long an answer may take on a busy machine
   */
  static async open(name, patienceMs) {
    const target = await new Target(name).start()
    const witness = await new Witness(target, patienceMs).start()
    return new Arena(target, witness, patienceMs)
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

  /** The attackers have left: nothing may be lost, and nothing of them may stay. */
  async settle() {
    await this.witness.drain()
    this.#checkCrash()
    if (this.target.answers) {
      await this.#left(({ sockets, connections }) => ({ sockets, connections }))
      if (++this.#settled % settlingsPerCrash === 0) await this.#crash()
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

  /** The broker is killed with what the attackers left behind: it must all be there again, and work. */
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
    await proveDurability(this.target, this.patienceMs)
    this.crashes++
    this.witness = await new Witness(this.target, this.patienceMs).start()
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
    const deadline = Date.now() + this.patienceMs
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

  /** The third settling is the measure: by then everything has been compiled and every pool is filled. */
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
