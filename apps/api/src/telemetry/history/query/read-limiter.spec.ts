import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { ReadLimiter } from './read-limiter.js'

describe('ReadLimiter', () => {
  beforeEach(() => void vi.useFakeTimers())
  afterEach(() => void vi.useRealTimers())

  /** Reads that end when they are told to; `begun` has those that have begun. */
  function reads() {
    const limiter = new ReadLimiter()
    const begun: string[] = []
    const ends = new Map<string, () => void>()
    const read = (organizationId: number, name: string) =>
      limiter.run(organizationId, () => {
        begun.push(name)
        return new Promise<string>((resolve) => ends.set(name, () => resolve(name)))
      })
    return { read, begun, end: (name: string) => ends.get(name)?.() }
  }

  it('lets four of an organization run at once, the others in order, and other organizations beside them', async () => {
    const { read, begun, end } = reads()
    const all = ['a', 'b', 'c', 'd', 'e', 'f'].map((name) => read(1, name))
    void read(2, 'other')
    expect(begun).toEqual(['a', 'b', 'c', 'd', 'other'])
    end('b')
    expect(await all[1]).toBe('b')
    await vi.advanceTimersByTimeAsync(0)
    expect(begun.slice(5)).toEqual(['e'])
    end('a')
    await all[0]
    await vi.advanceTimersByTimeAsync(0)
    expect(begun.slice(5)).toEqual(['e', 'f'])
  })

  it('rejects a read that has waited too long, and does not run it later', async () => {
    const { read, begun, end } = reads()
    const running = ['a', 'b', 'c', 'd'].map((name) => read(1, name))
    const late = expect(read(1, 'e')).rejects.toMatchObject({ code: 'busy', retryAfterSeconds: 5 })
    await vi.advanceTimersByTimeAsync(10_000)
    await late
    for (const name of ['a', 'b', 'c', 'd']) end(name)
    await Promise.all(running)
    await vi.advanceTimersByTimeAsync(0)
    void read(1, 'f')
    expect(begun).toEqual(['a', 'b', 'c', 'd', 'f'])
  })

  it('goes on after a failure', async () => {
    const limiter = new ReadLimiter()
    const fail = () => limiter.run(1, () => Promise.reject(new Error('no')))
    for (let n = 0; n < 9; n++) await expect(fail()).rejects.toThrow('no')
    expect(await limiter.run(1, async () => 'yes')).toBe('yes')
  })
})
