/** Allows a rate, and bursts of what was saved up. The balance may fall below zero, and recovers with time. */
export class TokenBucket {
  #balance: number
  readonly #perSecond: number
  readonly #capacity: number

  constructor(perSecond: number, savedSeconds: number) {
    this.#perSecond = perSecond
    this.#capacity = perSecond * savedSeconds
    this.#balance = this.#capacity
  }

  /** More was spent than allowed. */
  get overdrawn(): boolean {
    return this.#balance < 0
  }

  get full(): boolean {
    return this.#balance === this.#capacity
  }

  spend(amount: number): void {
    this.#balance -= amount
  }

  refill(elapsedMs: number): void {
    if (this.full) return
    this.#balance = Math.min(this.#capacity, this.#balance + (this.#perSecond * elapsedMs) / 1_000)
  }
}
