import { type BackPressure, type Publisher, PublisherHold, QueueLevel } from './back-pressure.js'
import { restFactor } from './client-share.js'
import type { TurnLimits } from './scheduler.js'
import { WorkUnits } from './scheduler.js'

/** What writing to sockets has taken so far: milliseconds, and how many queues were written. */
export interface Writes {
  ms: number
  queues: number
}

/** What one publisher has used in a turn. */
interface Spent {
  /** Estimated units, or the time that they took, where that is more. */
  units: number
  /** Estimated units: at least one for each queue that got a message. */
  deliveries: number
  ms: number
}

/**
 * Charges deliveries to the publisher of their message. Many messages may be decided at once, as one commit stores thousands:
 * a publisher that has used its share of a turn of the event loop is held until a later one. Those that wait continue in
 * turns. One whose deliveries took more time than its share, with the writes that they caused, is held longer in proportion.
 */
export class DeliveryShares {
  readonly #shareMs: number
  readonly #perTurn: number
  readonly #hold: PublisherHold
  readonly #writes: Readonly<Writes>
  readonly #now: () => number
  /** Of this turn. */
  readonly #spent = new Map<Publisher, Spent>()
  #spentByAll = 0
  #writesBefore: Writes = { ms: 0, queues: 0 }
  /** The publishers that wait, and until when they do at least. */
  readonly #held = new Map<Publisher, number>()
  #wakeTimer: NodeJS.Timeout | null = null

  constructor(
    { maxTurnMs, maxClientTurnMs }: TurnLimits,
    backPressure: BackPressure,
    writes: Readonly<Writes>,
    now: () => number = () => performance.now(),
  ) {
    this.#shareMs = maxClientTurnMs
    this.#perTurn = maxTurnMs * WorkUnits.perMs
    this.#hold = new PublisherHold(backPressure, nobody)
    this.#writes = writes
    this.#now = now
  }

  /** Publishers that wait for a later turn. */
  get waiting(): number {
    return this.#held.size
  }

  /** Delivers a message of a publisher, and charges it. `deliver` returns an estimate in units. */
  charge(publisher: Publisher, deliver: () => number): void {
    const beganMs = this.#now()
    if (this.#spent.size === 0) this.#beginTurn()
    const spent = this.#spent.get(publisher) ?? { units: 0, deliveries: 0, ms: 0 }
    this.#spent.set(publisher, spent)
    const deliveries = deliver()
    const ms = Math.min(this.#now() - beganMs, (deliveries / WorkUnits.perMs) * mostTimes)
    const units = Math.max(deliveries, ms * WorkUnits.perMs)
    spent.units += units
    spent.deliveries += deliveries
    spent.ms += ms
    this.#spentByAll += units
    if (spent.units <= this.#shareMs * WorkUnits.perMs && this.#spentByAll <= this.#perTurn) return
    this.#held.set(publisher, 0)
    publisher.hold(this.#hold)
  }

  #beginTurn(): void {
    const { ms, queues } = this.#writes
    this.#writesBefore = { ms, queues }
    setImmediate(this.#endTurn)
  }

  readonly #endTurn = (): void => {
    const nowMs = this.#now()
    for (const [publisher, spent] of this.#spent) {
      const moreMs = spent.ms + this.#writingMs(spent) - this.#shareMs
      if (moreMs > 0 && this.#held.has(publisher)) this.#held.set(publisher, nowMs + moreMs * restFactor)
    }
    this.#spent.clear()
    this.#spentByAll = 0
    this.#releaseHeld()
  }

  /** The time that writes of this turn took which the deliveries of a publisher may have caused. */
  #writingMs({ deliveries }: Spent): number {
    const queues = this.#writes.queues - this.#writesBefore.queues
    const ms = this.#writes.ms - this.#writesBefore.ms
    return queues === 0 ? 0 : (ms / queues) * Math.min(deliveries, queues)
  }

  readonly #releaseHeld = (): void => {
    const nowMs = this.#now()
    let leastMs = Number.POSITIVE_INFINITY
    for (const [publisher, untilMs] of [...this.#held]) {
      if (this.#spentByAll > this.#perTurn) return
      if (untilMs > nowMs) {
        leastMs = Math.min(leastMs, untilMs - nowMs)
        continue
      }
      this.#held.delete(publisher)
      publisher.release(this.#hold)
    }
    if (leastMs < Number.POSITIVE_INFINITY) this.#wakeAfter(leastMs)
  }

  #wakeAfter(ms: number): void {
    this.#wakeTimer ??= setTimeout(() => {
      this.#wakeTimer = null
      this.#releaseHeld()
    }, ms).unref()
  }
}

/** Time counts up to so many times the estimate: what is above was taken by other processes, or by collecting garbage. */
const mostTimes = 32

/** The hold is of no consumer that has to catch up. */
const nobody = { queueLevel: QueueLevel.low, takenMessages: 0, takenBytes: 0 }
