import { type BackPressure, type Publisher, PublisherHold, QueueLevel } from './back-pressure.js'
import type { TurnLimits } from './scheduler.js'
import { WorkUnits } from './scheduler.js'

/**
 * Charges deliveries to the publisher of their message. Many messages may be decided at once, as one commit stores thousands:
 * a publisher that has used its share of a turn of the event loop is held until a later one. Those that wait continue in
 * turns.
 */
export class DeliveryShares {
  readonly #perTurn: number
  readonly #perPublisher: number
  readonly #hold: PublisherHold
  /** Units of this turn. */
  readonly #spent = new Map<Publisher, number>()
  #spentByAll = 0
  readonly #held = new Set<Publisher>()

  constructor({ maxTurnMs, maxClientTurnMs }: TurnLimits, backPressure: BackPressure) {
    this.#perTurn = maxTurnMs * WorkUnits.perMs
    this.#perPublisher = maxClientTurnMs * WorkUnits.perMs
    this.#hold = new PublisherHold(backPressure, nobody)
  }

  /** Publishers that wait for a later turn. */
  get waiting(): number {
    return this.#held.size
  }

  charge(publisher: Publisher, units: number): void {
    if (this.#spent.size === 0) setImmediate(this.#nextTurn)
    const spent = (this.#spent.get(publisher) ?? 0) + units
    this.#spent.set(publisher, spent)
    this.#spentByAll += units
    if (spent <= this.#perPublisher && this.#spentByAll <= this.#perTurn) return
    this.#held.add(publisher)
    publisher.hold(this.#hold)
  }

  readonly #nextTurn = (): void => {
    this.#spent.clear()
    this.#spentByAll = 0
    for (const publisher of [...this.#held]) {
      if (this.#spentByAll > this.#perTurn) return
      this.#held.delete(publisher)
      publisher.release(this.#hold)
    }
  }
}

/** The hold is of no consumer that has to catch up. */
const nobody = { queueLevel: QueueLevel.low, takenMessages: 0, takenBytes: 0 }
