/** A token bucket: allows a rate, and bursts up to its capacity. The balance may fall below zero, and recovers with time. */
export class TokenBucket {
  readonly perSecond: number
  readonly capacity: number
  #balance: number

  /** It is full at first. */
  constructor({ perSecond, capacity }: { perSecond: number; capacity: number }) {
    this.perSecond = perSecond
    this.capacity = capacity
    this.#balance = capacity
  }

  get balance(): number {
    return this.#balance
  }

  /** More was spent than allowed. */
  get overdrawn(): boolean {
    return this.#balance < 0
  }

  get full(): boolean {
    return this.#balance === this.capacity
  }

  spend(amount: number): void {
    this.#balance -= amount
  }

  giveBack(amount: number): void {
    this.#balance = Math.min(this.capacity, this.#balance + amount)
  }

  refill(elapsedMs: number): void {
    if (!this.full) this.giveBack((this.perSecond * elapsedMs) / 1_000)
  }
}
