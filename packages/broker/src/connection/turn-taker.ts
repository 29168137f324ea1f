import type { TurnWork, Worker } from '../fairness/turn-work.js'
import type { Wire } from './wire.js'

/** Has one client wait for its turn: what it sends costs, and past what a turn allows the rest of it waits for a later one. */
export class TurnTaker implements Worker {
  readonly #work: TurnWork
  readonly #wire: Wire
  #waits = false

  constructor(work: TurnWork, wire: Wire) {
    this.#work = work
    this.#wire = wire
  }

  /** Bytes came, whatever is in them. */
  received(bytes: number): void {
    this.#work.spend(1 + (bytes >> bytesPerUnitBits))
    this.check()
  }

  /** Lets no more packets out when this turn has done enough. */
  check(): void {
    if (this.#waits || !this.#work.exhausted) return
    this.#waits = true
    this.#wire.hold(turnIsOver)
    this.#work.defer(this)
  }

  goOn(): void {
    this.#waits = false
    this.#wire.resume(turnIsOver)
  }
}

/** Beside 1, for a packet that somebody else is busy with. */
const turnIsOver = 2
const bytesPerUnitBits = 6
