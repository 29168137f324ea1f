import { expect, it } from 'vitest'
import { WorkPace, workLimits } from './work-pace.js'

const one = { organization: 'plant', caller: 'person:1' }
const other = { organization: 'plant', caller: 'person:2' }
const stranger = { organization: 'farm', caller: 'person:3' }

function paceAt(clock: { ms: number }): WorkPace {
  return new WorkPace({ ...workLimits.values(), atOnceMs: 200, longestRestMs: 4_000 }, () => clock.ms)
}

it('lets a caller rest that took more than its part of a processor, and nobody else', () => {
  const clock = { ms: 1_000 }
  const pace = paceAt(clock)
  pace.spend(one, 200)
  expect(pace.waitMs(one)).toBe(0)
  pace.spend(one, 50)
  expect([pace.waitMs(one), pace.waitMs(other), pace.waitMs(stranger)]).toEqual([200, 0, 0])
  clock.ms += 200
  expect(pace.waitMs(one)).toBe(0)
})

it('lets an organization rest whose callers together took more than its part', () => {
  const pace = paceAt({ ms: 0 })
  for (let n = 0; n < 5; n++) pace.spend({ organization: 'plant', caller: `person:${n}` }, 100)
  expect([pace.waitMs(other), pace.waitMs(stranger)]).toEqual([200, 0])
})

it('forgives what is more than the longest rest', () => {
  const pace = paceAt({ ms: 0 })
  pace.spend(one, 60_000)
  expect(pace.waitMs(one)).toBe(4_000)
})
