import { describe, expect, it } from 'vitest'
import { QueryCache } from './query-cache.js'

describe('QueryCache', () => {
  const made = () => {
    const state = { nowMs: 0, queries: 0, tookMs: 10, fails: false }
    const cache = new QueryCache<string, number>(
      async () => {
        state.queries += 1
        state.nowMs += state.tookMs
        if (state.fails) throw new Error('away')
        return state.queries
      },
      (tookMs) => Math.max(1_000, tookMs * 20),
      () => state.nowMs,
    )
    return { state, cache }
  }

  it('queries at once the first time, then no sooner than the pause', async () => {
    const { state, cache } = made()
    expect(cache.latest('a')).toBeNull()
    expect(await cache.current('a')).toBe(1)
    state.nowMs += 999
    expect(await cache.current('a')).toBe(1)
    state.nowMs += 1
    expect(await cache.current('a')).toBe(2)
  })

  it('pauses longer after a slow query', async () => {
    const { state, cache } = made()
    state.tookMs = 200
    await cache.current('a')
    state.nowMs += 3_999
    expect(await cache.current('a')).toBe(1)
    state.nowMs += 1
    expect(await cache.current('a')).toBe(2)
  })

  it('shares one query between concurrent callers', async () => {
    const { state, cache } = made()
    expect(await Promise.all([cache.current('a'), cache.current('a'), cache.current('b')])).toEqual([1, 1, 2])
    expect(state.queries).toBe(2)
  })

  it('keeps the last value after a failure, and tries again', async () => {
    const { state, cache } = made()
    await cache.current('a')
    state.fails = true
    state.nowMs += 1_000
    await expect(cache.current('a')).rejects.toThrow('away')
    expect(cache.latest('a')).toBe(1)
    state.fails = false
    state.nowMs += 1_000
    expect(await cache.current('a')).toBe(3)
  })
})
