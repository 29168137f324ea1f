import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { TimeLimitError, withinTimeLimit } from './time-limit.js'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

describe('withinTimeLimit', () => {
  it('settles as the promise does, and leaves no timer', async () => {
    await expect(withinTimeLimit(Promise.resolve(1), 100)).resolves.toBe(1)
    await expect(withinTimeLimit(Promise.reject(new Error('failed')), 100)).rejects.toThrow('failed')
    expect(vi.getTimerCount()).toBe(0)
  })

  it('rejects at the limit', async () => {
    const result = expect(withinTimeLimit(new Promise(() => {}), 100)).rejects.toThrow(TimeLimitError)
    await vi.advanceTimersByTimeAsync(100)
    await result
  })
})
