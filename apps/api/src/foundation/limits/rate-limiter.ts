import { TokenBucket } from '@heliograph/broker'
import { LRUCache } from 'lru-cache'
import { type LimitState, reportLimit } from './reported-limits.js'

interface Options {
  /** How many may come at once. */
  burst: number
  /** After a burst, one more is allowed each time this has passed. */
  refillMs: number
  /** How many keys are remembered; beyond, the least recently used key is forgotten and starts with a full burst. */
  maxKeys: number
  /** The name by which the caller is told what is left; without one nobody is told. */
  reportedAs?: string
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
    const waitSeconds = this.secondsToNext(bucket)
    if (waitSeconds === 0) bucket.spend(1)
    this.report(bucket)
    return waitSeconds
  }

  /** Returns a token that was taken. */
  giveBack(key: Key): void {
    const bucket = this.refilled(key)
    bucket.giveBack(1)
    this.report(bucket)
  }

  /** What is left for the key, under a name of the limit. */
  state(key: Key, name: string): LimitState {
    return this.stateOf(this.refilled(key), name)
  }

  private report(bucket: TokenBucket): void {
    const { reportedAs, burst, refillMs } = this.options
    const turnedOff = burst === Number.POSITIVE_INFINITY || refillMs === 0
    if (reportedAs !== undefined && !turnedOff) reportLimit(this.stateOf(bucket, reportedAs))
  }

  private stateOf(bucket: TokenBucket, name: string): LimitState {
    const { burst, refillMs } = this.options
    const remaining = Math.max(0, Math.floor(bucket.balance))
    return {
      name,
      quota: burst,
      // What comes back in this time is all of the burst, so that the two together are the rate.
      windowSeconds: Math.max(1, Math.ceil((burst * refillMs) / 1_000)),
      remaining,
      moreInSeconds: remaining >= burst ? 0 : Math.max(1, this.secondsTo(bucket, remaining + 1)),
    }
  }

  private secondsToNext(bucket: TokenBucket): number {
    return bucket.balance < 1 ? this.secondsTo(bucket, 1) : 0
  }

  private secondsTo(bucket: TokenBucket, balance: number): number {
    return Math.ceil(((balance - bucket.balance) * this.options.refillMs) / 1_000)
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
