import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fullJitterMs } from './backoff.js'

describe('fullJitterMs', () => {
  it('doubles its ceiling with each attempt, up to the maximum', () => {
    const ceilings = [0, 1, 2, 3, 4, 5].map((attempt) =>
      fullJitterMs(attempt, { baseMs: 1_000, maximumMs: 20_000 }, () => 1),
    )
    expect(ceilings).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 20_000])
  })

  it('lies between nothing and the ceiling, for any attempt', () => {
    fc.assert(
      fc.property(fc.nat(), (attempt) => {
        const delayMs = fullJitterMs(attempt, { baseMs: 1_000, maximumMs: 30_000 })
        expect(delayMs).toBeGreaterThanOrEqual(0)
        expect(delayMs).toBeLessThanOrEqual(30_000)
      }),
    )
  })
})
