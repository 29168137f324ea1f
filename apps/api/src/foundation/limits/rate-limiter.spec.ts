import { describe, expect, it } from 'vitest'
import { RateLimiter } from './rate-limiter.js'

describe('RateLimiter', () => {
  it('allows a burst, then one each interval', () => {
    let now = 0
    const limiter = new RateLimiter({ burst: 2, refillMs: 10_000, maxKeys: 10, now: () => now })
    expect([limiter.take('a'), limiter.take('a'), limiter.take('a')]).toEqual([0, 0, 10])
    expect(limiter.take('b')).toBe(0)
    now = 9_999
    expect(limiter.take('a')).toBe(1)
    now = 10_000
    expect(limiter.take('a')).toBe(0)
    expect(limiter.take('a')).toBe(10)
  })

  it('takes a token back, and never holds more than the burst', () => {
    const limiter = new RateLimiter({ burst: 1, refillMs: 10_000, maxKeys: 10, now: () => 0 })
    limiter.giveBack('a')
    expect(limiter.take('a')).toBe(0)
    limiter.giveBack('a')
    expect(limiter.take('a')).toBe(0)
    expect(limiter.take('a')).toBe(10)
  })

  it('forgets the key that was used least recently', () => {
    const limiter = new RateLimiter({ burst: 1, refillMs: 10_000, maxKeys: 2, now: () => 0 })
    limiter.take('a')
    limiter.take('b')
    expect(limiter.take('a')).toBe(10)
    limiter.take('c')
    expect([limiter.take('a'), limiter.take('b')]).toEqual([10, 0])
  })
})
