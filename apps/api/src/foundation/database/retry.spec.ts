import { describe, expect, it } from 'vitest'
import { backOff, retryDelayMs } from './retry.js'

describe('retryDelayMs', () => {
  it('doubles with each failure, up to a second', () => {
    expect([1, 2, 3, 4, 5, 6, 1_000].map((attempt) => retryDelayMs(attempt, 0))).toEqual([
      40, 80, 160, 320, 640, 1_000, 1_000,
    ])
  })

  it('takes up to half of it off at random', () => {
    expect([0, 0.5, 1].map((random) => retryDelayMs(100, random))).toEqual([1_000, 750, 500])
  })
})

describe('backOff', () => {
  it('ends at once when it is aborted, before or meanwhile', async () => {
    await backOff(1_000, AbortSignal.abort())
    const abort = new AbortController()
    const waiting = backOff(1_000, abort.signal)
    abort.abort()
    await waiting
  })
})
