import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { TelemetryStore } from './telemetry-store'

/** When the samples of these tests begin. */
const t0 = Date.UTC(2026, 0, 1)
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
    store.addLive([{ ts: t0 + 1, values: valuesOf(1) }], t0 + 1)
    turn()
    expect(told).toEqual([keys])
    told.length = 0
    store.addLive([{ ts: t0 + 2, values: valuesOf(2) }], t0 + 2)
    while (vi.getTimerCount() > 0) turn()
    expect(told.flat().toSorted()).toEqual(keys)
    expect(Math.max(...told.map(({ length }) => length))).toBeLessThan(keys.length)
  })

  it('tells of what changes while it tells', () => {
    const { store, turn } = watched()
    const seen = new Map<string, unknown>()
    for (const key of keys) store.listenTo(key, () => seen.set(key, store.snapshot(key).latest?.value))
    store.addLive([{ ts: t0 + 0, values: valuesOf(0) }], t0 + 0)
    turn()
    store.addLive([{ ts: t0 + 1, values: valuesOf(1) }], t0 + 1)
    turn()
    store.addStored([{ key: 'k0', ts: t0 + 2, value: 2 }], t0 + 2)
    while (vi.getTimerCount() > 0) turn()
    expect(seen.get('k0')).toBe(2)
    expect(seen.get('k9')).toBe(1)
  })

  it('does not tell of a key that nobody looks at, or that has not changed', () => {
    const { store, told, turn } = watched()
    const listener = vi.fn()
    store.listenTo('k1', listener)()
    store.addLive([{ ts: t0 + 1, values: { k0: 1, k1: 1 } }], t0 + 1)
    while (vi.getTimerCount() > 0) turn()
    expect(told.flat()).toEqual(['k0', 'k1'])
    expect(listener).not.toHaveBeenCalled()
  })

  it('tells of new keys once they can be shown, and when one begins to move', () => {
    const store = new TelemetryStore()
    const listener = vi.fn(() => expect(store.snapshot('k0').latest).toMatchObject({ ts: t0 + 1, value: 1 }))
    store.listen(listener)
    store.addLive([{ ts: t0 + 1, values: { k0: 1 } }], t0 + 1)
    vi.runAllTimers()
    store.addLive([{ ts: t0 + 1, values: { k0: 1 } }], t0 + 2)
    vi.runAllTimers()
    expect(listener).toHaveBeenCalledOnce()
    listener.mockImplementation(() => {})
    for (const ts of [2, 3, 4]) {
      store.addLive([{ ts: t0 + ts, values: { k0: ts } }], t0 + ts)
      vi.runAllTimers()
    }
    expect(listener).toHaveBeenCalledTimes(2)
  })

  it('counts what it drops of all keys, and knows the oldest that is not known to be stored', () => {
    const store = new TelemetryStore()
    expect(store.oldestUnstored()).toBe(Number.POSITIVE_INFINITY)
    store.addLive([{ ts: t0 + 1, values: { k0: 1, k1: 1, k2: { a: 1 } } }], t0 + 1)
    store.addLive([{ ts: t0 + 2, values: { k0: 2 } }], t0 + 2)
    store.addStored([{ key: 'k0', ts: t0 + 1, value: 1 }], t0 + 9_000)
    expect(store.oldestUnstored()).toBe(t0 + 1)
    expect(store.dropUnstored(t0, t0 + 2)).toBe(2)
    expect(store.oldestUnstored()).toBe(t0 + 2)
    expect(store.series('k0')?.latest).toMatchObject({ ts: t0 + 2 })
    expect([store.series('k1')?.latest, store.series('k2')?.latest]).toEqual([null, null])
  })

  it('keeps a key whatever its name', () => {
    const store = new TelemetryStore()
    store.addLive([{ ts: t0, values: JSON.parse('{"__proto__":1,"constructor":2}') }], t0)
    vi.runAllTimers()
    expect(store.keys()).toEqual(['__proto__', 'constructor'])
    expect(store.series('__proto__')?.latest?.value).toBe(1)
  })
})
