import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { ReadingTurns } from './reading-turns.js'

describe('ReadingTurns', () => {
  beforeEach(() => void vi.useFakeTimers())
  afterEach(() => void vi.useRealTimers())

  /** Readings that end when they are told to; `begun` has those that had their turn. */
  function readings() {
    const turns = new ReadingTurns()
    const begun: string[] = []
    const ends = new Map<string, () => void>()
    const read = (organizationId: number, name: string) =>
      turns.run(organizationId, () => {
        begun.push(name)
        return new Promise<string>((resolve) => ends.set(name, () => resolve(name)))
      })
    return { read, begun, end: (name: string) => ends.get(name)?.() }
  }

  it('lets four of an organization run at once, the others in order, and other organizations beside them', async () => {
    const { read, begun, end } = readings()
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

  it('gives up whoever waits too long, and gives its turn to none', async () => {
    const { read, begun, end } = readings()
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

  it('passes the turn on after a failure', async () => {
    const turns = new ReadingTurns()
    const fail = () => turns.run(1, () => Promise.reject(new Error('no')))
    for (let n = 0; n < 9; n++) await expect(fail()).rejects.toThrow('no')
    expect(await turns.run(1, async () => 'yes')).toBe('yes')
  })
})
