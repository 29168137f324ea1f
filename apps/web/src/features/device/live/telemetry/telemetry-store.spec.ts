import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { TelemetryStore } from './telemetry-store'

const keys = Array.from({ length: 10 }, (_, index) => `k${index}`)
const valuesOf = (value: number) => Object.fromEntries(keys.map((key) => [key, value]))

beforeEach(() => {
  vi.useFakeTimers()
})

afterEach(() => {
  vi.useRealTimers()
})

/** A store whose every key is looked at, and how many were told in each task. */
function watched() {
  const store = new TelemetryStore()
  const told: string[][] = []
  for (const key of keys) store.listenTo(key, () => told.at(-1)?.push(key))
  const turn = () => {
    told.push([])
    vi.advanceTimersToNextTimer()
  }
  return { store, told, turn }
}

describe('TelemetryStore', () => {
  it('tells of new keys at once, later of a few in each task', () => {
    const { store, told, turn } = watched()
    store.addLive({ ts: 1, values: valuesOf(1) }, 1)
    turn()
    expect(told).toEqual([keys])
    told.length = 0
    store.addLive({ ts: 2, values: valuesOf(2) }, 2)
    while (vi.getTimerCount() > 0) turn()
    expect(told.flat().toSorted()).toEqual(keys)
    expect(Math.max(...told.map(({ length }) => length))).toBeLessThan(keys.length)
  })

  it('tells of what changes while it tells', () => {
    const { store, turn } = watched()
    const seen = new Map<string, unknown>()
    for (const key of keys) store.listenTo(key, () => seen.set(key, store.snapshot(key).latest?.value))
    store.addLive({ ts: 0, values: valuesOf(0) }, 0)
    turn()
    store.addLive({ ts: 1, values: valuesOf(1) }, 1)
    turn()
    store.addStored([{ key: 'k0', ts: 2, value: 2 }], 2)
    while (vi.getTimerCount() > 0) turn()
    expect(seen.get('k0')).toBe(2)
    expect(seen.get('k9')).toBe(1)
  })

  it('does not tell of a key that nobody looks at, or that has not changed', () => {
    const { store, told, turn } = watched()
    const listener = vi.fn()
    store.listenTo('k1', listener)()
    store.addLive({ ts: 1, values: { k0: 1, k1: 1 } }, 1)
    while (vi.getTimerCount() > 0) turn()
    expect(told.flat()).toEqual(['k0', 'k1'])
    expect(listener).not.toHaveBeenCalled()
  })

  it('tells of new keys once they can be shown, and when one begins to move', () => {
    const store = new TelemetryStore()
    const listener = vi.fn(() => expect(store.snapshot('k0').latest).toEqual({ ts: 1, value: 1 }))
    store.listen(listener)
    store.addLive({ ts: 1, values: { k0: 1 } }, 1)
    vi.runAllTimers()
    store.addLive({ ts: 1, values: { k0: 1 } }, 2)
    vi.runAllTimers()
    expect(listener).toHaveBeenCalledOnce()
    listener.mockImplementation(() => {})
    for (const ts of [2, 3, 4]) {
      store.addLive({ ts, values: { k0: ts } }, ts)
      vi.runAllTimers()
    }
    expect(listener).toHaveBeenCalledTimes(2)
  })
})
