/** The share of time that drawing and painting may take: slow drawing happens less often. */
const SHARE = 0.6
/** One frame that was held up for another reason does not put off those that follow. */
const [MOST_OWED_MS, MOST_COUNTED_MS] = [20, 30]

/** Says when the next drawing may begin, by the cost of the last ones. */
export class DrawingBudget {
  #owedMs = 0
  #at = Number.NEGATIVE_INFINITY

  /** A part of a picture was drawn and painted. */
  spent(costMs: number): void {
    this.#owedMs += Math.min(costMs, MOST_COUNTED_MS)
  }

  /** Whether a picture may begin at this time. Asked with every frame. */
  allows(at: number): boolean {
    this.#owedMs = Math.max(0, this.#owedMs - (at - this.#at) * SHARE)
    this.#at = at
    return this.#owedMs <= MOST_OWED_MS
  }
}
