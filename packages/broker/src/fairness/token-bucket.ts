/** What may be spent of something in a second, with some saved up: the balance may fall below zero, and recovers. */
export class TokenBucket {
  #balance: number
  readonly #perSecond: number
  readonly #most: number

  constructor(perSecond: number, savedSeconds: number) {
    this.#perSecond = perSecond
    this.#most = perSecond * savedSeconds
    this.#balance = this.#most
  }

  get empty(): boolean {
    return this.#balance < 0
  }

  get full(): boolean {
    return this.#balance === this.#most
  }

  spend(amount: number): void {
    this.#balance -= amount
  }

  refill(elapsedMs: number): void {
    if (this.full) return
    this.#balance = Math.min(this.#most, this.#balance + (this.#perSecond * elapsedMs) / 1_000)
  }
}
