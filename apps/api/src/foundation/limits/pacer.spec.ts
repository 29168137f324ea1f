import { expect, it } from 'vitest'
import { Pacer } from './pacer.js'

function pacerAt(clock: { ms: number }) {
  const pacer = new Pacer({ burst: 10, intervalMs: 20, longestWaitMs: 500 }, () => clock.ms)
  const count = (times: number) => {
    for (let done = 0; done < times; done++) pacer.count('a')
  }
  return { pacer, count }
}

it('lets a key wait of which too much happened, and no other', () => {
  const clock = { ms: 1_000 }
  const { pacer, count } = pacerAt(clock)
  count(10)
  expect(pacer.waitMs('a')).toBe(0)
  count(3)
  expect([pacer.waitMs('a'), pacer.waitMs('b')]).toEqual([60, 0])
  clock.ms += 60
  expect(pacer.waitMs('a')).toBe(0)
})

it('lets none wait longer than it may, and forgets', () => {
  const clock = { ms: 0 }
  const { pacer, count } = pacerAt(clock)
  count(10_000)
  expect(pacer.waitMs('a')).toBe(500)
  clock.ms += 700
  count(10)
  expect(pacer.waitMs('a')).toBe(0)
})
