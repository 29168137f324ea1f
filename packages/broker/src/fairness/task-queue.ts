/**
 * Runs tasks in order, for a few milliseconds in each turn of the event loop: a thousand clients that connect at once
 * are accepted over several turns, and nobody else waits for all of them.
 */
export class TaskQueue {
  readonly #budgetMs: number
  readonly #now: () => number
  #waiting: (() => void)[] = []
  #spentMs = 0
  #scheduled = false

  constructor(budgetMs = 3, now: () => number = () => performance.now()) {
    this.#budgetMs = budgetMs
    this.#now = now
  }

  /** Runs the task before it returns when this turn has time left, else in a later turn. A task must not throw. */
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
