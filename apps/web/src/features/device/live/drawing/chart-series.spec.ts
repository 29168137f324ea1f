import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { ChartHistory, type HistoryAnswer } from '../history/chart-history'
import { StateLabels } from '../telemetry/state-labels'
import { TelemetryStore } from '../telemetry/telemetry-store'
import { ChartSeries, gapOf } from './chart-series'

const [now, MINUTE] = [1_700_000_000_000, 60_000]
const hour = { min: now - 60 * MINUTE, max: now }
const ref = { device: 'pump', key: 'a' }

beforeEach(() => vi.useFakeTimers({ now }))
afterEach(() => vi.useRealTimers())

/** A store that holds the last 18 minutes, and a platform that has a sample every minute of the last two hours. */
function start({ value = (minute: number): number | boolean => minute } = {}) {
  const samples = Array.from({ length: 121 }, (_, minute) => ({
    ...ref,
    ts: now - (120 - minute) * MINUTE,
    value: value(minute),
  }))
  const asked: { from: number; to: number }[] = []
  const history = new ChartHistory({
    device: 'pump',
    labelsOf: () => store.series('a')?.labels ?? new StateLabels(),
    fetch: async ({ from, to }): Promise<HistoryAnswer> => {
      asked.push({ from, to })
      return { items: samples.filter(({ ts }) => ts >= from && ts < to), resolution: 'raw', thinned: false }
    },
  })
  const store = new TelemetryStore()
  store.addStored(samples.slice(-18), now)
  store.cover(now - 18 * MINUTE, now)
  const series = new ChartSeries(ref, store, history, 5 * MINUTE)
  const load = async (span = hour) => {
    const past = series.past(span, now)
    if (past !== null) history.want([{ ref, span: past }], span.max - span.min)
    await vi.advanceTimersByTimeAsync(200)
  }
  const times = (span = hour) => series.drawn(span).parts.flatMap((part) => [...part.times])
  return { store, history, series, samples, asked, load, times }
}

describe('ChartSeries', () => {
  it('asks for nothing while all that is shown is kept', async () => {
    const { series, asked, load, times } = start()
    const span = { min: now - 15 * MINUTE, max: now }
    expect(series.past(span, now)).toBeNull()
    await load(span)
    expect(asked).toEqual([])
    // The one before the span too, so that the line comes in from the left.
    expect(times(span).length).toBe(17)
  })

  it('joins what was before and what is kept without a hole and without doubling', async () => {
    const { load, times, samples } = start()
    await load()
    expect(times()).toEqual(samples.map(({ ts }) => ts).filter((ts) => ts >= hour.min - MINUTE))
  })

  it('appends a live sample to a long range at once', async () => {
    const { store, load, times } = start()
    await load()
    store.addLive([{ ts: now + 500, values: { a: 7 } }], now + 600)
    expect(times({ min: hour.min, max: now + 1_000 }).at(-1)).toBe(now + 500)
  })

  it('draws a late sample in its place, on either side of the seam', async () => {
    const { store, history, load, times } = start()
    store.listenToPast({
      late: (key, { ts, value }) => history.addLate({ ...ref, key }, ts, value),
      missed: () => {},
    })
    await load()
    const late = [now - 50.5 * MINUTE, now - 16.5 * MINUTE, now - 15.5 * MINUTE, now - 2.5 * MINUTE]
    for (const ts of late) store.addLive([{ ts, values: { a: 7 } }], now)
    const drawn = times()
    expect(late.map((ts) => drawn.filter((one) => one === ts).length)).toEqual([1, 1, 1, 1])
    expect(drawn).toEqual([...drawn].sort((a, b) => a - b))
  })

  it('lets history take over where the store had to give up samples', async () => {
    const { store, load, times, samples } = start()
    store.uncover(now - 5 * MINUTE)
    await load({ min: now - 15 * MINUTE, max: now })
    expect(times({ min: now - 15 * MINUTE, max: now })).toEqual(samples.map(({ ts }) => ts).slice(-17))
  })

  it('joins states as it joins numbers', async () => {
    const { series, load } = start({ value: (minute) => minute % 2 === 0 })
    await load()
    expect(series.kind).toBe('states')
    const values = series.drawn(hour).parts.flatMap((part) => [...part.values])
    expect(values.every((code, index) => index === 0 || code !== values[index - 1])).toBe(true)
    expect(values.length).toBeGreaterThanOrEqual(61)
  })
})

const seconds = (...times: number[]) => Float64Array.from(times, (time) => time * 1_000)

describe('gapOf', () => {
  it('is four usual intervals, five seconds at least', () => {
    expect(gapOf(seconds(0, 10, 20, 31))).toBe(40_000)
    expect(gapOf(seconds(0, 1, 2, 100, 101))).toBe(5_000)
  })

  it('is longer where points stand for several samples', () => {
    expect(gapOf(seconds(0, 1, 60, 61, 120), 60_000)).toBe(240_000)
  })

  it('is endless where there is no interval yet', () => {
    expect(gapOf(seconds())).toBe(Number.POSITIVE_INFINITY)
    expect(gapOf(seconds(5))).toBe(Number.POSITIVE_INFINITY)
  })
})
