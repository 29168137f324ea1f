import { TokenBucket } from '@heliograph/broker'
import { LRUCache } from 'lru-cache'

interface Options {
  /** How many may come at once. */
  burst: number
  /** After a burst, one more is allowed each time this has passed. */
  refillMs: number
  /** How many keys are remembered; beyond, the least recently used key is forgotten and starts with a full burst. */
  maxKeys: number
  /** A monotonic clock: when the system's clock is set back, no caller has to wait longer for it. */
  now?: () => number
}

interface Entry {
  bucket: TokenBucket
  refilledAtMs: number
}

/** A token bucket for each key. */
export class RateLimiter<Key extends string | number> {
  private readonly entries: LRUCache<Key, Entry>
  private readonly now: () => number

  constructor(private readonly options: Options) {
    this.entries = new LRUCache({ max: options.maxKeys })
    this.now = options.now ?? (() => performance.now())
  }

  /** Takes one token. Returns 0 when there was one, or else the seconds until there is. */
  take(key: Key): number {
    const bucket = this.refilled(key)
    if (bucket.balance < 1) return Math.ceil(((1 - bucket.balance) * this.options.refillMs) / 1_000)
    bucket.spend(1)
    return 0
  }

  /** Returns a token that was taken. */
  giveBack(key: Key): void {
    this.refilled(key).giveBack(1)
  }

  private refilled(key: Key): TokenBucket {
    const nowMs = this.now()
    const entry = this.entries.get(key)
    if (entry !== undefined) {
      entry.bucket.refill(nowMs - entry.refilledAtMs)
      entry.refilledAtMs = nowMs
      return entry.bucket
    }
    const { burst, refillMs } = this.options
    const bucket = new TokenBucket({ perSecond: 1_000 / refillMs, capacity: burst })
    this.entries.set(key, { bucket, refilledAtMs: nowMs })
    return bucket
  }
}
