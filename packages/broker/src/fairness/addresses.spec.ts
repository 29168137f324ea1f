import { expect, it } from 'vitest'
import { Addresses, networkOf } from './addresses.js'

const unbounded = {
  maxConnectionsPerAddress: 1_000,
  maxConnectsPerSecondPerAddress: 1_000,
  maxConnectRefusalsPerSecondPerAddress: 1_000,
  maxConnectRefusalMs: 2_000,
  maxUnauthenticatedConnections: 1_000,
}
const authenticated = { authenticated: true }

it.each([
  ['10.1.2.3', '10.1.2.3'],
  ['::ffff:10.1.2.3', '10.1.2.3'],
  ['192.0.2.1', '192.0.2.1'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
  ['2001:0DB8:1:2::1', '2001:db8:1:2::/64'],
  ['2001:db8::1', '2001:db8:0:0::/64'],
  ['::1', '0:0:0:0::/64'],
  ['', ''],
])('counts %s as %s', (address, network) => expect(networkOf(address)).toBe(network))

it('counts the connections of one address, and forgets closed ones', () => {
  const addresses = new Addresses({ ...unbounded, maxConnectionsPerAddress: 2 })
  const refusal = { reason: 'quota', detail: 'connections of this address' }
  expect([1, 2, 3].map(() => addresses.enter('a'))).toMatchObject([null, null, refusal])
  expect(addresses.enter('b')).toBeNull()
  addresses.leave('a', { authenticated: false })
  expect(addresses.enter('a')).toBeNull()
})

it('limits how fast an address connects, after its burst', () => {
  const addresses = new Addresses({ ...unbounded, maxConnectsPerSecondPerAddress: 10 })
  const enter = (times: number) => Array.from({ length: times }, () => addresses.enter('a'))
  const accepted = (times: number) => enter(times).filter((refusal) => refusal === null).length
  expect(accepted(100)).toBe(21)
  addresses.refill(500)
  expect(accepted(100)).toBe(5)
  expect(addresses.enter('a')).toMatchObject({ reason: 'rate' })
  expect(addresses.enter('b')).toBeNull()
})

it('lets the answers to refused CONNECTs of one address wait, after a burst, and none too long', () => {
  const addresses = new Addresses({ ...unbounded, maxConnectRefusalsPerSecondPerAddress: 10 })
  for (const address of ['a', 'b']) addresses.enter(address)
  const waits = (times: number) => Array.from({ length: times }, () => addresses.refused('a'))
  expect(waits(20).every((waitMs) => waitMs === 0)).toBe(true)
  expect(waits(3)).toEqual([100, 200, 300])
  expect(waits(100).at(-1)).toBe(2_000)
  expect(addresses.refused('b')).toBe(0)
  addresses.refill(2_100)
  expect(addresses.refused('a')).toBe(0)
  expect(addresses.refused('never came')).toBe(0)
})

it('leaves room for others that are not authenticated yet, whatever one address has open', () => {
  const addresses = new Addresses({ ...unbounded, maxUnauthenticatedConnections: 10 })
  const accepted = (address: string) =>
    Array.from({ length: 20 }, () => addresses.enter(address)).filter((refusal) => refusal === null).length
  expect([accepted('a'), accepted('b'), accepted('c')]).toEqual([5, 3, 1])
  expect(addresses.unauthenticated).toBe(9)
  expect(addresses.enter('a')).toMatchObject({ reason: 'quota', status: '503 Service Unavailable' })
  // What is authenticated takes none of this room, and gives none back when it leaves.
  for (let i = 0; i < 5; i++) addresses.authenticated('a')
  expect(addresses.unauthenticated).toBe(4)
  addresses.leave('a', authenticated)
  expect(addresses.unauthenticated).toBe(4)
  addresses.leave('b', { authenticated: false })
  expect([addresses.unauthenticated, accepted('a')]).toEqual([3, 4])
})
