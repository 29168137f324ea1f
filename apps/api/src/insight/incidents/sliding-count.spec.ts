import { describe, expect, it } from 'vitest'
import { SlidingCount } from './sliding-count.js'

describe('SlidingCount', () => {
  it('sums what is younger than the span, and forgets what is older than the retention', () => {
    const count = new SlidingCount(60_000)
    count.add(2, 1_000)
    count.add(3, 5_000)
    count.add(1, 40_000)
    expect(count.sum(60_000, 45_000)).toBe(6)
    expect(count.sum(10_000, 45_000)).toBe(1)
    expect(count.sum(60_000, 69_999)).toBe(1)
    count.add(1, 130_000)
    expect(count.sum(1_000_000, 130_000)).toBe(1)
  })
})
