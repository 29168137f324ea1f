import { TokenBucket } from './token-bucket.js'

export interface AddressLimits {
  maxConnectionsPerAddress: number
  maxConnectsPerSecondPerAddress: number
}

/** Counts the connections of each remote address, and how fast they come. */
export class Addresses {
  readonly #limits: AddressLimits
  readonly #known = new Map<string, { connections: number; connects: TokenBucket }>()

  constructor(limits: AddressLimits) {
    this.#limits = limits
  }

  /** Counts a new connection; returns why it is refused, or null. */
  enter(address: string): 'rate' | 'quota' | null {
    const key = networkOf(address)
    let entry = this.#known.get(key)
    if (!entry) {
      const perSecond = this.#limits.maxConnectsPerSecondPerAddress
      const connects = new TokenBucket({ perSecond, capacity: perSecond * savedSeconds })
      entry = { connections: 0, connects }
      this.#known.set(key, entry)
    }
    if (entry.connects.overdrawn) return 'rate'
    if (entry.connections >= this.#limits.maxConnectionsPerAddress) return 'quota'
    entry.connects.spend(1)
    entry.connections++
    return null
  }

  leave(address: string): void {
    const entry = this.#known.get(networkOf(address))
    if (entry) entry.connections--
  }

  refill(elapsedMs: number): void {
    for (const [key, { connections, connects }] of this.#known) {
      connects.refill(elapsedMs)
      if (connections === 0 && connects.full) this.#known.delete(key)
    }
  }
}

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
