import type { TurnWork, Worker } from '../fairness/turn-work.js'
import type { Wire } from './wire.js'

/**
 * Has one client wait for its turn: what it sends costs, and past its share of a turn, or what a turn allows to all,
 * the rest of it waits for a later one. So one that floods takes its neighbours no more than its share of each turn.
 */
export class TurnTaker implements Worker {
  readonly #work: TurnWork
  readonly #wire: Wire
  #waits = false
  #turn = 0
  #spent = 0

  constructor(work: TurnWork, wire: Wire) {
    this.#work = work
    this.#wire = wire
  }

  /** Bytes came, whatever is in them. */
  received(bytes: number): void {
    const units = 1 + (bytes >> bytesPerUnitBits)
    this.#work.spend(units)
    this.spent(units)
  }

  /** Units were spent on it: lets no more packets out when this turn has done enough of them. */
  spent(units: number): void {
    if (this.#turn !== this.#work.turn) {
      this.#turn = this.#work.turn
      this.#spent = 0
    }
    this.#spent += units
    if (this.#waits || (this.#spent <= unitsPerShare && !this.#work.exhausted)) return
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
/** Of a turn's 40,000: some hundred messages. */
const unitsPerShare = 5_000
