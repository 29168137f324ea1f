import { describe, expect, it } from 'vitest'
import { ConnectionShares } from './connection-shares.js'

const unbounded = Number.POSITIVE_INFINITY
const limits = {
  maxConnections: unbounded,
  maxConnectionsPerGroup: unbounded,
  maxConnectionsPerOwner: unbounded,
  maxConnectsPerSecondPerGroup: unbounded,
  maxConnectsPerSecondPerOwner: unbounded,
}
const account = (owner: string, group = 'acme') => ({ owner, group })

/** Enters as often as there is room, at most 20 times. */
function fill(shares: ConnectionShares, owner: string, group?: string): number {
  let count = 0
  while (count < 20 && shares.exceededBy(account(owner, group)) === null) {
    shares.enter(account(owner, group))
    count++
  }
  return count
}

describe('connections', () => {
  it('have room for other owners, when one has as many as it may', () => {
    const shares = new ConnectionShares({ ...limits, maxConnectionsPerOwner: 3 })
    expect([fill(shares, 'a'), fill(shares, 'b')]).toEqual([3, 3])
    expect(shares.exceededBy(account('a'))).toEqual({ reason: 'quota', detail: 'connections of this owner' })
    shares.leave(account('a'))
    expect(shares.exceededBy(account('a'))).toBeNull()
  })

  it('have room for other groups: each may have as many as are free', () => {
    const shares = new ConnectionShares({ ...limits, maxConnections: 16 })
    const counts = ['acme', 'other', 'third', 'fourth'].map((group) => fill(shares, 'a', group))
    expect(counts).toEqual([8, 4, 2, 1])
    expect(shares.exceededBy(account('b'))).toEqual({ reason: 'quota', detail: 'connections of this group' })
    expect(shares.full).toBe(false)
  })

  it('of a host that names neither are bounded in all', () => {
    const shares = new ConnectionShares({ ...limits, maxConnections: 16, maxConnectionsPerOwner: 2 })
    expect([fill(shares, '', ''), shares.full]).toEqual([16, true])
    expect(shares.exceededBy(account('', ''))).toEqual({ reason: 'quota', detail: 'too many connections' })
  })
})

describe('connects', () => {
  const accepted = (connect: () => unknown) =>
    Array.from({ length: 100 }, connect).filter((r) => r === null).length

  it('of one user name from one address are bounded before they are authenticated, and from others not', () => {
    const shares = new ConnectionShares({ ...limits, maxConnectsPerSecondPerOwner: 2 })
    expect(accepted(() => shares.attempt('10.0.0.1', 'loop'))).toBe(10)
    expect(accepted(() => shares.attempt('10.0.0.2', 'loop'))).toBe(10)
    expect(accepted(() => shares.attempt('10.0.0.1', 'other'))).toBe(10)
    expect(accepted(() => shares.attempt('10.0.0.1', undefined))).toBe(100)
    shares.refill(1_000)
    expect(accepted(() => shares.attempt('10.0.0.1', 'loop'))).toBe(2)
  })

  it('of one owner and of one group are bounded', () => {
    const rates = { maxConnectsPerSecondPerOwner: 2, maxConnectsPerSecondPerGroup: 3 }
    const shares = new ConnectionShares({ ...limits, ...rates })
    expect(accepted(() => shares.authenticated(account('loop')))).toBe(10)
    expect(accepted(() => shares.authenticated(account('second')))).toBe(5)
    expect(shares.authenticated(account('third'))).toEqual({
      reason: 'rate',
      detail: 'connects of this group',
    })
    expect(accepted(() => shares.authenticated(account('fourth', 'other')))).toBe(10)
    shares.refill(1_000)
    expect(accepted(() => shares.authenticated(account('loop')))).toBe(2)
  })
})
