/**
 * Runs tasks in order, and only so many in one turn of the event loop that everybody else has their turn: a thousand
 * clients that connect at once are let in over a few turns.
 */
export class Pace {
  readonly #budgetMs: number
  readonly #now: () => number
  #waiting: (() => void)[] = []
  #spentMs = 0
  #scheduled = false

  constructor(budgetMs = 3, now: () => number = () => performance.now()) {
    this.#budgetMs = budgetMs
    this.#now = now
  }

  /** Runs it before this returns when there is time left in this turn, else in a later one. It must not throw. */
  run(task: () => void): void {
    if (this.#waiting.length > 0 || this.#spentMs >= this.#budgetMs) this.#waiting.push(task)
    else this.#measure(task)
    this.#schedule()
  }

  #measure(task: () => void): void {
    const from = this.#now()
    task()
    this.#spentMs += this.#now() - from
  }

  #schedule(): void {
    if (this.#scheduled) return
    this.#scheduled = true
    setImmediate(() => this.#nextTurn())
  }

  #nextTurn(): void {
    this.#scheduled = false
    this.#spentMs = 0
    if (this.#waiting.length === 0) return
    this.#schedule()
    let count = 0
    for (; this.#spentMs < this.#budgetMs && count < this.#waiting.length; count++) {
      this.#measure(this.#waiting[count] as () => void)
    }
    this.#waiting = this.#waiting.slice(count)
  }
}
