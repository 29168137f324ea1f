/** Who has more to do than a turn of the event loop allows. */
export interface Worker {
  /** Goes on, in a later turn. */
  goOn(): void
}

/**
 * Bounds what the messages of one turn of the event loop may cost: a message to very many, or one that very many
 * filters have to be compared with, costs its publisher its turn, and not everybody else their time.
 */
export class TurnWork {
  #spent = 0
  #turn = 0
  #waiting: Worker[] = []

  get exhausted(): boolean {
    return this.#spent > unitsPerTurn
  }

  /** In this turn, so far. */
  get spent(): number {
    return this.#spent
  }

  /** Grows with each turn that something was spent in. */
  get turn(): number {
    return this.#turn
  }

  /** One unit is about a tenth of a microsecond: a step through filters, or a message to one of many. */
  spend(units: number): void {
    if (this.#spent === 0) setImmediate(this.#nextTurn)
    this.#spent += units
  }

  /** Lets a worker go on when it is its turn. */
  defer(worker: Worker): void {
    this.#waiting.push(worker)
  }

  readonly #nextTurn = (): void => {
    this.#spent = 0
    this.#turn++
    const waiting = this.#waiting
    this.#waiting = []
    for (const [i, worker] of waiting.entries()) {
      if (this.exhausted) {
        this.#waiting = waiting.slice(i).concat(this.#waiting)
        return
      }
      worker.goOn()
    }
  }
}

const unitsPerTurn = 40_000
