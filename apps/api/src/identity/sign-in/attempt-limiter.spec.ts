import { describe, expect, it } from 'vitest'
import { AttemptLimiter } from './attempt-limiter.js'

describe('AttemptLimiter', () => {
  it('allows a burst, then one each interval', () => {
    let now = 0
    const limiter = new AttemptLimiter(2, 10_000, () => now)
    expect([limiter.take('a'), limiter.take('a'), limiter.take('a')]).toEqual([0, 0, 10])
    expect(limiter.take('b')).toBe(0)
    now = 9_999
    expect(limiter.take('a')).toBe(1)
    now = 10_000
    expect(limiter.take('a')).toBe(0)
    expect(limiter.take('a')).toBe(10)
  })

  it('takes an attempt back, and never holds more than the burst', () => {
    const limiter = new AttemptLimiter(1, 10_000, () => 0)
    limiter.giveBack('a')
    expect(limiter.take('a')).toBe(0)
    limiter.giveBack('a')
    expect(limiter.take('a')).toBe(0)
    expect(limiter.take('a')).toBe(10)
  })
})
