import type { BrokerLimits } from '../interface/limits.js'
import type { QuotaAccount } from '../interface/persistence.js'
import { networkOf } from './addresses.js'
import { Shares } from './shares.js'
import { TokenBucket } from './token-bucket.js'

export type ConnectionLimits = Pick<
  BrokerLimits,
  | 'maxConnections'
  | 'maxConnectionsPerGroup'
  | 'maxConnectionsPerOwner'
  | 'maxConnectsPerSecondPerGroup'
  | 'maxConnectsPerSecondPerOwner'
>

/** Why a CONNECT is refused, with what exactly is too much. */
export interface ConnectRefusal {
  readonly reason: 'quota' | 'rate'
  readonly detail: string
}

/** The accepted connections of each owner and group, and how fast they come. */
export class ConnectionShares {
  readonly #limits: ConnectionLimits
  readonly #shares: Shares
  readonly #rates = new Rates()

  constructor(limits: ConnectionLimits) {
    this.#limits = limits
    const upTo = (count: number) => ({ count, bytes: Number.POSITIVE_INFINITY })
    this.#shares = new Shares({
      owner: upTo(limits.maxConnectionsPerOwner),
      group: upTo(limits.maxConnectionsPerGroup),
      all: upTo(limits.maxConnections),
    })
  }

  /**
   * Counts a CONNECT before it is authenticated, so that one in a loop costs no look-up. The user name may be somebody
   * else's, so it counts together with the address: nobody can keep another out.
   */
  attempt(address: string, username: string | undefined): ConnectRefusal | null {
    if (username === undefined) return null
    const name = `address ${networkOf(address)} ${username.slice(0, longestName)}`
    const { maxConnectsPerSecondPerOwner } = this.#limits
    if (this.#rates.spend(name, maxConnectsPerSecondPerOwner)) return null
    return { reason: 'rate', detail: 'connects of this user name from this address' }
  }

  /** Counts an authenticated CONNECT; returns why it is refused, or null. */
  authenticated({ owner, group }: QuotaAccount): ConnectRefusal | null {
    const { maxConnectsPerSecondPerGroup, maxConnectsPerSecondPerOwner } = this.#limits
    if (owner !== '' && !this.#rates.spend(`owner ${owner}`, maxConnectsPerSecondPerOwner))
      return { reason: 'rate', detail: 'connects of this owner' }
    if (group !== '' && !this.#rates.spend(`group ${group}`, maxConnectsPerSecondPerGroup))
      return { reason: 'rate', detail: 'connects of this group' }
    return null
  }

  /**
   * Whether one more connection has room. A group may have as many as are left (dynamic thresholds, as in `QueueMemory`), so
   * that others always find room.
   */
  exceededBy(account: QuotaAccount): ConnectRefusal | null {
    const exceeded = this.#shares.exceededBy(account, one)
    const free = this.#limits.maxConnections - this.#shares.all.count
    if (exceeded === 'owner_quota') return { reason: 'quota', detail: 'connections of this owner' }
    if (exceeded === 'total_quota') return tooMany
    if (
      exceeded === 'group_quota' ||
      (account.group !== '' && this.#shares.ofGroup(account.group).count >= free)
    )
      return { reason: 'quota', detail: 'connections of this group' }
    return null
  }

  /** Whether there is no room for any more connection. */
  get full(): boolean {
    return this.#shares.all.count >= this.#limits.maxConnections
  }

  enter(account: QuotaAccount): void {
    this.#shares.add(account, one)
  }

  leave(account: QuotaAccount): void {
    this.#shares.free(account, one)
  }

  refill(elapsedMs: number): void {
    this.#rates.refill(elapsedMs)
  }
}

/** The rates of all names that have connected lately. */
class Rates {
  readonly #buckets = new Map<string, TokenBucket>()

  /** False when the name has no room, which costs it nothing. */
  spend(name: string, perSecond: number): boolean {
    let bucket = this.#buckets.get(name)
    if (!bucket) {
      bucket = new TokenBucket({ perSecond, capacity: perSecond * savedSeconds })
      this.#buckets.set(name, bucket)
    }
    if (bucket.balance < 1) return false
    bucket.spend(1)
    return true
  }

  refill(elapsedMs: number): void {
    for (const [name, bucket] of this.#buckets) {
      bucket.refill(elapsedMs)
      if (bucket.full) this.#buckets.delete(name)
    }
  }
}

export const tooMany: ConnectRefusal = { reason: 'quota', detail: 'too many connections' }
const one = { count: 1, bytes: 0 }
/** Connects may be saved up for so long, as many clients of one owner reconnect at once after a restart. */
const savedSeconds = 5
const longestName = 64
