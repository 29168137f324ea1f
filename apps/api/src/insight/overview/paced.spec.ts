import { describe, expect, it } from 'vitest'
import { Paced } from './paced.js'

describe('Paced', () => {
  const made = () => {
    const state = { nowMs: 0, found: 0, tookMs: 10, fails: false }
    const paced = new Paced<string, number>(
      async () => {
        state.found += 1
        state.nowMs += state.tookMs
        if (state.fails) throw new Error('away')
        return state.found
      },
      (tookMs) => Math.max(1_000, tookMs * 20),
      () => state.nowMs,
    )
    return { state, paced }
  }

  it('finds out at once the first time, then no sooner than the pause', async () => {
    const { state, paced } = made()
    expect(paced.latest('a')).toBeNull()
    expect(await paced.current('a')).toBe(1)
    state.nowMs += 999
    expect(await paced.current('a')).toBe(1)
    state.nowMs += 1
    expect(await paced.current('a')).toBe(2)
  })

  it('pauses longer when it took long', async () => {
    const { state, paced } = made()
    state.tookMs = 200
    await paced.current('a')
    state.nowMs += 3_999
    expect(await paced.current('a')).toBe(1)
    state.nowMs += 1
    expect(await paced.current('a')).toBe(2)
  })

  it('is asked by many and looks once', async () => {
    const { state, paced } = made()
    expect(await Promise.all([paced.current('a'), paced.current('a'), paced.current('b')])).toEqual([1, 1, 2])
    expect(state.found).toBe(2)
  })

  it('keeps the last value over a failure, and tries again', async () => {
    const { state, paced } = made()
    await paced.current('a')
    state.fails = true
    state.nowMs += 1_000
    await expect(paced.current('a')).rejects.toThrow('away')
    expect(paced.latest('a')).toBe(1)
    state.fails = false
    state.nowMs += 1_000
    expect(await paced.current('a')).toBe(3)
  })
})
