/** How many steps of a walk through retained messages may still be made. */
export interface StepBudget {
  steps: number
}

/** Sends the retained messages of one client. */
export interface RetainedSender {
  /** Uses up the budget as far as it can. True when it could continue at once; else it asks again by `offer`. */
  sendSome(budget: StepBudget): boolean
}

/**
 * Shares a budget of steps for retained messages in each turn of the event loop between all clients that wait for some.
 * However many subscribe to however much, everything else waits for one turn's budget only.
 */
export class RetainedScheduler {
  readonly #budget: StepBudget = { steps: stepsPerTurn }
  readonly #waiting = new Set<RetainedSender>()
  #scheduled = false

  /** Lets a sender continue: now when no other waits and this turn has steps left, else behind the others. */
  offer(sender: RetainedSender): void {
    if (this.#waiting.has(sender)) return
    if (this.#waiting.size > 0 || this.#serve(sender)) this.#waiting.add(sender)
    if (this.#scheduled) return
    this.#scheduled = true
    setImmediate(() => this.#nextTurn())
  }

  #nextTurn(): void {
    this.#scheduled = false
    this.#budget.steps = stepsPerTurn
    for (const sender of this.#waiting) {
      if (this.#budget.steps <= 0) break
      // A sender with more to send goes behind the others.
      this.#waiting.delete(sender)
      if (this.#serve(sender)) this.#waiting.add(sender)
    }
    if (this.#waiting.size === 0) return
    this.#scheduled = true
    setImmediate(() => this.#nextTurn())
  }

  #serve(sender: RetainedSender): boolean {
    const share = { steps: Math.min(this.#budget.steps, stepsPerSlice) }
    const before = share.steps
    const more = sender.sendSome(share)
    this.#budget.steps -= before - share.steps
    return more
  }
}

const stepsPerTurn = 4_096
const stepsPerSlice = 1_024
