import { TokenBucket } from './token-bucket.js'

export interface AddressLimits {
  maxConnectionsPerAddress: number
  maxConnectsPerSecondPerAddress: number
  maxConnectRefusalsPerSecondPerAddress: number
  maxConnectRefusalMs: number
  maxUnauthenticatedConnections: number
}

/** Counts the connections of each remote address, how fast they come, and how many are not authenticated. */
export class Addresses {
  readonly #limits: AddressLimits
  readonly #known = new Map<string, Entry>()
  #unauthenticated = 0

  constructor(limits: AddressLimits) {
    this.#limits = limits
  }

  /** Counts a new connection; returns why it is refused, or null. */
  enter(address: string): AddressRefusal | null {
    const key = networkOf(address)
    let entry = this.#known.get(key)
    if (!entry) {
      entry = {
        ...{ connections: 0, unauthenticated: 0 },
        connects: bucketOf(this.#limits.maxConnectsPerSecondPerAddress),
        refusals: bucketOf(this.#limits.maxConnectRefusalsPerSecondPerAddress),
      }
      this.#known.set(key, entry)
    }
    if (entry.connects.overdrawn) return refusals.rate
    if (entry.connections >= this.#limits.maxConnectionsPerAddress) return refusals.connections
    // An address may have as many as are free (dynamic thresholds), so that one alone keeps nobody out.
    const free = this.#limits.maxUnauthenticatedConnections - this.#unauthenticated
    if (entry.unauthenticated >= free) return refusals.unauthenticated
    entry.connects.spend(1)
    entry.connections++
    this.#countUnauthenticated(entry, 1)
    return null
  }

  /** One of its connections is authenticated. */
  authenticated(address: string): void {
    const entry = this.#known.get(networkOf(address))
    if (entry) this.#countUnauthenticated(entry, -1)
  }

  /** Counts a refused CONNECT of one of its connections; returns for how many milliseconds the answer is to wait. */
  refused(address: string): number {
    const bucket = this.#known.get(networkOf(address))?.refusals
    if (!bucket) return 0
    const waitMs = Math.max(0, ((1 - bucket.balance) * 1_000) / bucket.perSecond)
    if (waitMs > this.#limits.maxConnectRefusalMs) return this.#limits.maxConnectRefusalMs
    bucket.spend(1)
    return waitMs
  }

  leave(address: string, connection: { authenticated: boolean }): void {
    const entry = this.#known.get(networkOf(address))
    if (!entry) return
    entry.connections--
    if (!connection.authenticated) this.#countUnauthenticated(entry, -1)
  }

  /** Connections that are not authenticated. */
  get unauthenticated(): number {
    return this.#unauthenticated
  }

  refill(elapsedMs: number): void {
    for (const [key, { connections, connects, refusals }] of this.#known) {
      connects.refill(elapsedMs)
      refusals.refill(elapsedMs)
      if (connections === 0 && connects.full && refusals.full) this.#known.delete(key)
    }
  }

  #countUnauthenticated(entry: Entry, count: 1 | -1): void {
    entry.unauthenticated += count
    this.#unauthenticated += count
  }
}

interface Entry {
  connections: number
  unauthenticated: number
  readonly connects: TokenBucket
  readonly refusals: TokenBucket
}

function bucketOf(perSecond: number): TokenBucket {
  return new TokenBucket({ perSecond, capacity: perSecond * savedSeconds })
}

/** Why a new connection is refused. */
export interface AddressRefusal {
  readonly reason: 'rate' | 'quota'
  readonly detail: string
  /** What a WebSocket is answered. */
  readonly status: string
  /** When to try again, roughly: connections end when their clients want. */
  readonly retryAfterSeconds: number
}

const refusals = {
  rate: {
    reason: 'rate',
    detail: 'connects of this address',
    status: '429 Too Many Requests',
    retryAfterSeconds: 1,
  },
  connections: {
    reason: 'quota',
    detail: 'connections of this address',
    status: '429 Too Many Requests',
    retryAfterSeconds: 10,
  },
  unauthenticated: {
    reason: 'quota',
    detail: 'connections without an accepted CONNECT',
    status: '503 Service Unavailable',
    retryAfterSeconds: 1,
  },
} as const satisfies Record<string, AddressRefusal>

/**
 * What counts as one client's address: an IPv4 address, also when it came over an IPv6 socket, or the /64 network of an
 * IPv6 address, as one client has all of its addresses. Other text is returned as it is.
 */
export function networkOf(address: string): string {
  const ipv4 = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1]
  if (ipv4) return ipv4
  if (!address.includes(':')) return address
  const [before = '', after] = address.toLowerCase().split('::')
  const left = before === '' ? [] : before.split(':')
  const right = after ? after.split(':') : []
  const zeros = after === undefined ? 0 : Math.max(0, 8 - left.length - right.length)
  const groups = [...left, ...Array<string>(zeros).fill('0'), ...right].slice(0, 4)
  return `${groups.map((group) => group.replace(/^0+(?=.)/, '')).join(':')}::/64`
}

const savedSeconds = 2
