import { TokenBucket } from '@heliograph/broker'
import { Lru } from '../../foundation/caching/lru.js'

interface Attempts {
  bucket: TokenBucket
  refilledAt: number
}

/** A token bucket for each key: `burst` attempts at once, then one each `refillMs`. */
export class AttemptLimiter {
  private readonly byKey = new Lru<string, Attempts>(100_000)

  constructor(
    private readonly burst: number,
    private readonly refillMs: number,
    // Not the time of day: were that set back, clients would wait for as long.
    private readonly now: () => number = () => performance.now(),
  ) {}

  /** Uses up one attempt. Gives 0 when there was one, or the seconds to wait. */
  take(key: string): number {
    const bucket = this.refilled(key)
    if (bucket.balance < 1) return Math.ceil(((1 - bucket.balance) * this.refillMs) / 1_000)
    bucket.spend(1)
    return 0
  }

  /** Gives an attempt back, because it turned out to be a good one. */
  giveBack(key: string): void {
    this.refilled(key).giveBack(1)
  }

  private refilled(key: string): TokenBucket {
    const now = this.now()
    const known = this.byKey.get(key)
    const bucket =
      known?.bucket ?? new TokenBucket({ perSecond: 1_000 / this.refillMs, capacity: this.burst })
    if (known !== undefined) bucket.refill(now - known.refilledAt)
    this.byKey.set(key, { bucket, refilledAt: now })
    return bucket
  }
}
