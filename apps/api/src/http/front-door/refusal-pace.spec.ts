import { expect, it } from 'vitest'
import { RefusalPace } from './refusal-pace.js'

const limits = { refusalsPerAddress: 10, refusalIntervalMs: 20, refusalWaitMs: 500 }

function paceAt(clock: { ms: number }) {
  const pace = new RefusalPace(limits, () => clock.ms)
  const refuse = (times: number) => {
    for (let count = 0; count < times; count++) pace.answered('a', 404)
  }
  return { pace, refuse }
}

it('lets an address wait that is refused again and again, and no other', () => {
  const clock = { ms: 1_000 }
  const { pace, refuse } = paceAt(clock)
  refuse(10)
  expect(pace.waitMs('a')).toBe(0)
  refuse(3)
  expect([pace.waitMs('a'), pace.waitMs('b')]).toEqual([60, 0])
  clock.ms += 60
  expect(pace.waitMs('a')).toBe(0)
})

it('counts no answers that do not refuse', () => {
  const { pace } = paceAt({ ms: 0 })
  for (let count = 0; count < 100; count++) pace.answered('a', count % 2 === 0 ? 200 : 304)
  expect(pace.waitMs('a')).toBe(0)
})

it('lets none wait longer than it may, and forgets', () => {
  const clock = { ms: 0 }
  const { pace, refuse } = paceAt(clock)
  refuse(10_000)
  expect(pace.waitMs('a')).toBe(500)
  clock.ms += 700
  refuse(10)
  expect(pace.waitMs('a')).toBe(0)
})
