import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { StateLabels } from '../telemetry/state-labels'
import { ChartHistory, type HistoryAnswer, type HistoryRequest } from './chart-history'

const [now, DAY] = [1_700_000_000_000, 86_400_000]
const span = { min: now - 30 * DAY, max: now }
const own = (key: string) => ({ device: 'pump', key })

beforeEach(() => vi.useFakeTimers({ now }))
afterEach(() => vi.useRealTimers())

/** A platform that answers when the test says so. */
function start() {
  const asked: {
    request: HistoryRequest
    signal: AbortSignal
    answer: (answer: Partial<HistoryAnswer>) => void
    fail: () => void
  }[] = []
  const history = new ChartHistory({
    device: 'pump',
    labelsOf: () => new StateLabels(),
    fetch: (request, signal) =>
      new Promise((resolve, reject) =>
        asked.push({
          request,
          signal,
          answer: (answer) => resolve({ items: [], resolution: 'raw', thinned: false, ...answer }),
          fail: () => reject(new Error('away')),
        }),
      ),
  })
  const look = (refs: { device: string; key: string }[], at = span) => {
    history.want(
      refs.map((ref) => ({ ref, span: at })),
      at.max - at.min,
    )
    return vi.advanceTimersByTimeAsync(100)
  }
  const shown = (key: string, at = span) => [
    ...history.part(own(key), at, 'numbers', at.max - at.min).points.times,
  ]
  return { history, asked, look, shown }
}

const sample = (key: string, ts: number, device = 'pump') => ({ device, key, ts, value: 1 })

describe('ChartHistory', () => {
  it('asks for all keys of a device at once, and gives each what is its own', async () => {
    const { asked, look, shown } = start()
    await look([own('a'), own('b')])
    expect(asked.map(({ request }) => [request.devices, request.keys])).toEqual([[['pump'], ['a', 'b']]])
    expect(asked[0]?.request.from).toBeLessThanOrEqual(span.min)
    expect(asked[0]?.request.points).toBeGreaterThanOrEqual(1_024)
    asked[0]?.answer({ items: [sample('a', now - 5), sample('b', now - 4), sample('a', now - 3)] })
    await vi.advanceTimersByTimeAsync(0)
    expect([shown('a'), shown('b')]).toEqual([[now - 5, now - 3], [now - 4]])
  })

  it('asks for one key of several other devices at once', async () => {
    const { asked, look } = start()
    await look([own('a'), { device: 'x', key: 'a' }, { device: 'y', key: 'a' }])
    expect(asked.map(({ request }) => request.devices)).toEqual([['pump'], ['x', 'y']])
  })

  it('asks once for what is looked at frame after frame, and not again for what it has', async () => {
    const { asked, look } = start()
    await look([own('a')])
    await look([own('a')])
    expect(asked.length).toBe(1)
    asked[0]?.answer({ thinned: true, resolution: 'hour' })
    await vi.advanceTimersByTimeAsync(0)
    await look([own('a')])
    expect(asked.length).toBe(1)
  })

  it('asks for finer data when a person looks closer, until it has every sample', async () => {
    const { asked, look } = start()
    await look([own('a')])
    asked[0]?.answer({ thinned: true, resolution: 'hour' })
    const hour = { min: now - DAY, max: now - DAY + 3_600_000 }
    await look([own('a')], hour)
    expect(asked.length).toBe(2)
    asked[1]?.answer({})
    await look([own('a')], { min: hour.min, max: hour.min + 1_000 })
    expect(asked.length).toBe(2)
  })

  it('drops what is no longer looked at', async () => {
    const { asked, look, shown } = start()
    await look([own('a')])
    const elsewhere = { min: now - 60 * DAY, max: now - 59 * DAY }
    await look([own('a')], elsewhere)
    expect(asked[0]?.signal.aborted).toBe(true)
    asked[0]?.answer({ items: [sample('a', now - 5)] })
    await vi.advanceTimersByTimeAsync(0)
    expect(shown('a')).toEqual([])
  })

  it('keeps what it shows when the platform is away, says so, and tries again', async () => {
    const { history, asked, look, shown } = start()
    await look([own('a')])
    asked[0]?.answer({ items: [sample('a', now - 5)] })
    await vi.advanceTimersByTimeAsync(6_000)
    history.markStale()
    await look([own('a')])
    expect(history.status().loading).toBe(true)
    asked[1]?.fail()
    await vi.advanceTimersByTimeAsync(0)
    expect(history.status()).toMatchObject({ loading: false, error: new Error('away') })
    expect(shown('a')).toEqual([now - 5])
    await vi.advanceTimersByTimeAsync(6_000)
    expect(asked.length).toBe(3)
    asked[2]?.answer({ items: [sample('a', now - 6), sample('a', now - 5)] })
    await vi.advanceTimersByTimeAsync(0)
    expect(shown('a')).toEqual([now - 6, now - 5])
    expect(history.status()).toEqual({ loading: false, error: null })
  })

  it('says of what the picture is made', async () => {
    const { history, asked, look } = start()
    await look([own('a')])
    asked[0]?.answer({ resolution: 'hour', thinned: true })
    await vi.advanceTimersByTimeAsync(0)
    const part = history.part(own('a'), span, 'numbers', span.max - span.min)
    expect([part.resolution, part.exact]).toEqual(['hour', false])
    expect(part.stepMs).toBeGreaterThanOrEqual(3_600_000)
  })
})
