import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { risingClock } from './rising-clock.js'

describe('risingClock', () => {
  it('never gives the same time twice, even when the clock stands or goes back', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1.7e12, max: 1.7e12 + 5 }), { minLength: 1 }), (times) => {
        const remaining = [...times]
        const clock = risingClock(() => remaining.shift() ?? 0)
        const given = times.map(() => clock())
        for (const [index, time] of given.entries()) {
          expect(time).toBeGreaterThan(given[index - 1] ?? 0)
          expect(Math.round(time * 1_000)).toBe(Number((time * 1_000).toFixed(0)))
        }
      }),
    )
  })

  it('is the time of now when that is later', () => {
    const clock = risingClock(() => 5)
    expect([clock(), clock()]).toEqual([5, 5.001])
  })
})
