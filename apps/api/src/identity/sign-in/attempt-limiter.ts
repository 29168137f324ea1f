import net from 'node:net'
import { Lru } from '../../foundation/caching/lru.js'

interface Bucket {
  tokens: number
  at: number
}

/** A token bucket for each key: `burst` attempts at once, then one each `refillMs`. */
export class AttemptLimiter {
  private readonly buckets = new Lru<string, Bucket>(100_000)

  constructor(
    private readonly burst: number,
    private readonly refillMs: number,
    // Not the time of day: were that set back, whoever knocked would wait for as long.
    private readonly now: () => number = () => performance.now(),
  ) {}

  /** Uses up one attempt. Gives 0 when there was one, or the seconds to wait. */
  take(key: string): number {
    const bucket = this.current(key)
    if (bucket.tokens < 1) return Math.ceil(((1 - bucket.tokens) * this.refillMs) / 1_000)
    this.buckets.set(key, { ...bucket, tokens: bucket.tokens - 1 })
    return 0
  }

  /** Gives an attempt back, because it turned out to be a good one. */
  giveBack(key: string): void {
    const bucket = this.current(key)
    this.buckets.set(key, { ...bucket, tokens: Math.min(this.burst, bucket.tokens + 1) })
  }

  private current(key: string): Bucket {
    const at = this.now()
    const bucket = this.buckets.get(key)
    if (bucket === undefined) return { tokens: this.burst, at }
    return { tokens: Math.min(this.burst, bucket.tokens + (at - bucket.at) / this.refillMs), at }
  }
}

/** What stands for one client: an IPv4 address, or the /64 network that an IPv6 client has to itself. */
export function addressKey(address: string): string {
  if (!net.isIPv6(address)) return address
  const [head = '', tail] = address.split('::')
  const left = head === '' ? [] : head.split(':')
  const right = tail === undefined || tail === '' ? [] : tail.split(':')
  const zeros = tail === undefined ? [] : Array<string>(Math.max(0, 8 - left.length - right.length)).fill('0')
  return `${[...left, ...zeros, ...right]
    .slice(0, 4)
    .map((group) => group.replace(/^0+(?=.)/, '').toLowerCase())
    .join(':')}::/64`
}
