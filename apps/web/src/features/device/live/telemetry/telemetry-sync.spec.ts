import type { Sample } from '@heliograph/protocol'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { TelemetryStore } from './telemetry-store'
import { chunks, type HistoryRange, TelemetrySync } from './telemetry-sync'

const t0 = Date.UTC(2026, 0, 1)

beforeEach(() => vi.useFakeTimers({ now: t0 }))
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
    await vi.advanceTimersByTimeAsync(60_000)
    ranges.length = 0
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
    const relative = () => ranges.slice(before).filter(({ from }) => from.startsWith('-'))
    expect(relative().map(({ from }) => from)).toEqual(['-60s'])
    await vi.advanceTimersByTimeAsync(5_000)
    expect(relative().map(({ from }) => from)).toEqual(['-60s', '-60s', '-120s'])
    await vi.advanceTimersByTimeAsync(60_000)
    expect(relative()).toHaveLength(3)
    sync.stop()
  })

  it('asks nothing for samples that come, whoever gave them their time', async () => {
    const { sync, ranges, drawn } = start()
    sync.live(
      [
        { ts: t0, values: { t: 1 } },
        { ts: t0 + 0.5, values: { t: 2 } },
      ],
      t0,
    )
    await vi.advanceTimersByTimeAsync(60_000)
    expect(ranges).toEqual([])
    expect(drawn()).toEqual([t0, t0 + 0.5])
    sync.stop()
  })

  it('reads the end once more when messages come, for what was being committed as it was read', async () => {
    const { sync, stored, drawn } = start()
    await sync.load()
    await sync.served()
    stored.push({ key: 't', ts: t0 - 3, value: 1 })
    await vi.advanceTimersByTimeAsync(6_000)
    expect(drawn()).toEqual([t0 - 3])
    sync.stop()
  })

  it('reads what came when it may not be stored after all, drops what is not, and looks once more', async () => {
    const { sync, stored, ranges, drawn } = start()
    stored.push({ key: 't', ts: t0 + 0.001, value: 1 })
    sync.live([{ ts: t0 + 0.001, values: { t: 1 } }], t0 + 1)
    sync.live([{ ts: t0 + 0.002, values: { t: 2 } }], t0 + 1)
    await vi.advanceTimersByTimeAsync(90_000)
    sync.checkSoon()
    sync.checkSoon()
    sync.live([{ ts: t0 + 90_000, values: { t: 3 } }], t0 + 90_000)
    stored.push({ key: 't', ts: t0 + 90_000, value: 3 })
    await vi.advanceTimersByTimeAsync(6_000)
    expect(ranges.map(({ from }) => from)).toEqual([String(t0)])
    expect(drawn()).toEqual([t0 + 0.001, t0 + 90_000])
    // The second time for the notice that came meanwhile: what was read is not read again.
    await vi.advanceTimersByTimeAsync(6_000)
    expect(ranges.map(({ from }) => from)).toEqual([String(t0), String(t0 + 96_000 + 6_000 - 60_000)])
    stored.push({ key: 't', ts: t0 + 0.002, value: 2 })
    await vi.advanceTimersByTimeAsync(60_000)
    expect(drawn()).toEqual([t0 + 0.001, t0 + 0.002, t0 + 90_000])
    sync.stop()
  })

  it('drops nothing while the database is behind, and reads all of it when it is not any more', async () => {
    const { sync, stored, drawn } = start()
    sync.live([{ ts: t0, values: { t: 1 } }], t0)
    sync.storeState('behind')
    await vi.advanceTimersByTimeAsync(60_000)
    await sync.served()
    await vi.advanceTimersByTimeAsync(10_000)
    expect(drawn()).toEqual([t0])
    stored.push({ key: 't', ts: t0, value: 1 }, { key: 't', ts: t0 + 1, value: 2 })
    sync.storeState('ok')
    await vi.advanceTimersByTimeAsync(10)
    expect(drawn()).toEqual([t0, t0 + 1])
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
    sync.live([{ ts: t0, values: { t: 7 } }], t0)
    sync.checkSoon()
    sync.stop()
    sync.checkSoon()
    await vi.advanceTimersByTimeAsync(60_000)
    expect([ranges, errors]).toEqual([[], []])
  })
})
