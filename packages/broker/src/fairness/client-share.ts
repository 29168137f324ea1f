import { type DeferredClient, type Scheduler, WorkUnits } from './scheduler.js'

/** The reading side of a client, as its share controls it. */
export interface SharedReader {
  pauseForTurn(): void
  resumeAfterTurn(): void
}

/**
 * One client's share of each turn of the event loop. Once the client has used it up, or the turn is exhausted, the rest
 * of its packets wait for a later turn. So a flooding client takes no more than its share from the others.
 */
export class ClientShare implements DeferredClient {
  readonly #scheduler: Scheduler
  readonly #reader: SharedReader
  #paused = false
  #turn = 0
  #spent = 0

  constructor(scheduler: Scheduler, reader: SharedReader) {
    this.#scheduler = scheduler
    this.#reader = reader
  }

  /** Charges received bytes, whatever is in them. */
  received(bytes: number): void {
    const units = 1 + (bytes >> WorkUnits.bytesLog2)
    this.#scheduler.spend(units)
    this.charge(units)
  }

  /** Charges units that the scheduler has counted already. Pauses the reader when the share is used up. */
  charge(units: number): void {
    if (this.#turn !== this.#scheduler.turn) {
      this.#turn = this.#scheduler.turn
      this.#spent = 0
    }
    this.#spent += units
    if (this.#paused || (this.#spent <= WorkUnits.perClient && !this.#scheduler.exhausted)) return
    this.#paused = true
    this.#reader.pauseForTurn()
    this.#scheduler.defer(this)
  }

  continue(): void {
    this.#paused = false
    this.#reader.resumeAfterTurn()
  }
}
