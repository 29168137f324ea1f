import type { Sample } from '@heliograph/protocol'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { TelemetryStore } from './telemetry-store'
import { chunks, type HistoryRange, TelemetrySync } from './telemetry-sync'

beforeEach(() => vi.useFakeTimers({ now: 1_000_000 }))
afterEach(() => vi.useRealTimers())

/** A platform that stores what it is told, and answers every range with all of it, two samples a page. */
function start({ fail = () => false }: { fail?: () => boolean } = {}) {
  const stored: Sample[] = []
  const ranges: HistoryRange[] = []
  const errors: unknown[] = []
  let loaded = 0
  const store = new TelemetryStore()
  const sync = new TelemetrySync({
    store,
    windowSeconds: 120,
    onLoaded: () => {
      loaded += 1
    },
    onError: (error) => errors.push(error),
    fetchLatest: async () => ({ items: stored.slice(-1) }),
    fetchPage: async (range) => {
      ranges.push(range)
      if (fail()) throw new Error('away')
      const at = Number(range.cursor ?? 0)
      const from = range.from.startsWith('-') ? 0 : Number(range.from)
      const inRange = stored.filter(({ ts }) => ts >= from)
      return { items: inRange.slice(at, at + 2), nextCursor: at + 2 < inRange.length ? String(at + 2) : null }
    },
  })
  const drawn = () => [...(store.series('t')?.points.times ?? [])]
  return { store, sync, stored, ranges, errors, drawn, loaded: () => loaded }
}

const samples = (...times: number[]) => times.map((ts) => ({ key: 't', ts, value: ts }))

describe('chunks', () => {
  it('cover the window, the newest and shortest first, each overlapping the next', () => {
    expect(chunks(900)).toEqual([
      { from: '-60s', to: null, seconds: 60 },
      { from: '-180s', to: '-59s', seconds: 180 },
      { from: '-420s', to: '-179s', seconds: 420 },
      { from: '-900s', to: '-419s', seconds: 900 },
    ])
    expect(chunks(30)).toEqual([{ from: '-30s', to: null, seconds: 30 }])
  })
})

describe('TelemetrySync', () => {
  it('loads the window page by page', async () => {
    const { sync, stored, drawn, ranges, loaded } = start()
    stored.push(...samples(1, 2, 3, 4, 5))
    await sync.load()
    expect(drawn()).toEqual([1, 2, 3, 4, 5])
    expect(ranges.map(({ from, cursor }) => [from, cursor])).toEqual([
      ['-60s', undefined],
      ['-60s', '2'],
      ['-60s', '4'],
      ['-120s', undefined],
      ['-120s', '2'],
      ['-120s', '4'],
    ])
    expect(loaded()).toBe(1)
    sync.stop()
  })

  it('loads only the end again when it was loaded a moment before messages came, and all of it later', async () => {
    const { sync, ranges } = start()
    await sync.load()
    ranges.length = 0
    await sync.served()
    expect(ranges.map(({ from }) => from)).toEqual(['-60s'])
    ranges.length = 0
    await vi.advanceTimersByTimeAsync(60_000)
    await sync.served()
    expect(ranges.map(({ from }) => from)).toEqual(['-60s', '-120s'])
    sync.stop()
  })

  it('soon loads all of it after a quick reconnect, for what a device sent late meanwhile', async () => {
    const { sync, ranges } = start()
    await sync.load()
    await sync.served()
    await vi.advanceTimersByTimeAsync(10_000)
    const before = ranges.length
    await sync.served()
    expect(ranges.slice(before).map(({ from }) => from)).toEqual(['-60s'])
    await vi.advanceTimersByTimeAsync(5_000)
    expect(ranges.slice(before).map(({ from }) => from)).toEqual(['-60s', '-60s', '-120s'])
    await vi.advanceTimersByTimeAsync(60_000)
    expect(ranges).toHaveLength(before + 3)
    sync.stop()
  })

  it('fetches the times of samples that came without, once for several, and then is quiet', async () => {
    const { sync, stored, ranges, drawn } = start()
    sync.live({ t: 7 }, 1_000_000)
    sync.live({ t: 8 }, 1_000_100)
    expect(drawn()).toHaveLength(2)
    stored.push({ key: 't', ts: 999_990, value: 7 }, { key: 't', ts: 1_000_090, value: 8 })
    await vi.advanceTimersByTimeAsync(2_000)
    expect(drawn()).toEqual([999_990, 1_000_090])
    expect(ranges).toHaveLength(1)
    await vi.advanceTimersByTimeAsync(60_000)
    expect(ranges).toHaveLength(1)
    sync.stop()
  })

  it('reads on from where it ended while samples keep coming without their time', async () => {
    const { sync, stored, ranges, drawn } = start()
    const sent: number[] = []
    for (let second = 0; second < 30; second += 1) {
      stored.push({ key: 't', ts: Date.now() - 10, value: second })
      sent.push(Date.now() - 10)
      sync.live({ t: second }, Date.now())
      await vi.advanceTimersByTimeAsync(1_000)
    }
    const began = ranges.filter(({ cursor }) => cursor === undefined).map(({ from }) => from)
    // The first one does not know where to begin.
    expect(began[0]).toMatch(/^-\d+s$/)
    expect(began.length).toBeGreaterThan(5)
    const readOn = began.slice(1).map(Number)
    expect(readOn).toEqual([...readOn].sort((a, b) => a - b))
    expect(readOn.at(-1)).toBeGreaterThan(Date.now() - 10_000)
    await vi.advanceTimersByTimeAsync(10_000)
    expect(drawn()).toEqual(sent)
    sync.stop()
  })

  it('looks from further back for what it has not found there', async () => {
    const { sync, stored, ranges, drawn } = start()
    stored.push({ key: 't', ts: 999_990, value: 1 })
    sync.live({ t: 1 }, Date.now())
    await vi.advanceTimersByTimeAsync(2_000)
    // Stamped long before its message comes: earlier than where the next reading goes on.
    stored.unshift({ key: 't', ts: 995_000, value: 2 })
    sync.live({ t: 2 }, Date.now())
    await vi.advanceTimersByTimeAsync(2_000)
    expect(ranges.at(-1)?.from).toBe('999940')
    await vi.advanceTimersByTimeAsync(10_000)
    expect(ranges.at(-1)?.from).toMatch(/^-\d+s$/)
    expect(drawn()).toEqual([995_000, 999_990])
    sync.stop()
  })

  it('asks nothing for samples that carry their time', async () => {
    const { sync, ranges, drawn } = start()
    const t0 = Date.UTC(2026, 0, 1)
    sync.live(
      [
        { ts: t0, values: { t: 1 } },
        { ts: t0 + 0.5, values: { t: 2 } },
      ],
      1_000_000,
    )
    await vi.advanceTimersByTimeAsync(60_000)
    expect(ranges).toEqual([])
    expect(drawn()).toEqual([t0, t0 + 0.5])
    sync.stop()
  })

  it('tells of a failure, tries again, and tells that it is over', async () => {
    let failing = true
    const { sync, stored, errors, drawn, loaded } = start({ fail: () => failing })
    stored.push(...samples(1))
    await sync.load()
    expect(errors.at(-1)).toBeInstanceOf(Error)
    expect(loaded()).toBe(0)
    failing = false
    await vi.advanceTimersByTimeAsync(5_000)
    expect(errors.at(-1)).toBeNull()
    expect(loaded()).toBe(1)
    expect(drawn()).toEqual([1])
    sync.stop()
  })

  it('does nothing more once it is stopped', async () => {
    const { sync, ranges, errors } = start()
    sync.live({ t: 7 }, 1_000_000)
    sync.stop()
    await vi.advanceTimersByTimeAsync(60_000)
    expect([ranges, errors]).toEqual([[], []])
  })
})
