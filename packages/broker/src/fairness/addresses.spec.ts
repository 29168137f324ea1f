import { expect, it } from 'vitest'
import { Addresses, networkOf } from './addresses.js'

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
  const addresses = new Addresses({ maxConnectionsPerAddress: 2, maxConnectsPerSecondPerAddress: 100 })
  expect([1, 2, 3].map(() => addresses.enter('a'))).toEqual([null, null, 'quota'])
  expect(addresses.enter('b')).toBeNull()
  addresses.leave('a')
  expect(addresses.enter('a')).toBeNull()
})

it('limits how fast an address connects, after its burst', () => {
  const addresses = new Addresses({ maxConnectionsPerAddress: 1_000, maxConnectsPerSecondPerAddress: 10 })
  const enter = (times: number) => Array.from({ length: times }, () => addresses.enter('a'))
  const accepted = (times: number) => enter(times).filter((refusal) => refusal === null).length
  expect(accepted(100)).toBe(21)
  addresses.refill(500)
  expect(accepted(100)).toBe(5)
  expect(addresses.enter('a')).toBe('rate')
  expect(addresses.enter('b')).toBeNull()
})
