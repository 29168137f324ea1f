import { afterEach, describe, expect, it, vi } from 'vitest'
import { Traffic } from '../../telemetry/ingest/traffic.js'
import { TrafficRates } from './traffic-rates.js'

afterEach(() => vi.useRealTimers())

describe('TrafficRates', () => {
  it('returns the rate of the last second, and means of five seconds for ten minutes', () => {
    const traffic = new Traffic()
    const rates = new TrafficRates(traffic)
    traffic.countMessage(1)
    rates.tick(0)
    expect(rates.now(1)).toEqual({ messagesPerSecond: 1, samplesPerSecond: 0 })
    for (let second = 1; second <= 900; second += 1) {
      for (let n = 0; n < (second % 2) * 4; n += 1) traffic.countMessage(1)
      traffic.countSamples(1, 3)
      rates.tick(second * 1_000)
    }
    expect(rates.now(1)).toEqual({ messagesPerSecond: 0, samplesPerSecond: 3 })
    expect(rates.now(1).messagesPerSecond).toBe(0)
    const history = rates.history(1, 900_000, 900_000)
    expect(history.length).toBeGreaterThanOrEqual(120)
    expect(history.length).toBeLessThanOrEqual(122)
    expect(history.at(-1)).toMatchObject({ ts: 899_000, samplesPerSecond: 3 })
    expect(rates.history(2)).toEqual([])
    expect(rates.now(2).messagesPerSecond).toBe(0)
  })

  it('works when the system clock is set back', () => {
    vi.useFakeTimers({ toFake: ['Date', 'performance'] })
    const traffic = new Traffic()
    const rates = new TrafficRates(traffic)
    const pass = (seconds: number) => {
      for (let second = 0; second < seconds; second += 1) {
        vi.advanceTimersByTime(1_000)
        traffic.countSamples(1, 3)
        rates.tick()
      }
    }
    pass(20)
    vi.setSystemTime(Date.now() - 3_600_000)
    pass(20)
    expect(rates.now(1).samplesPerSecond).toBe(3)
    const history = rates.history(1)
    expect(history.map(({ samplesPerSecond }) => samplesPerSecond)).toEqual(Array(8).fill(3))
    expect(history.map(({ ts }) => Date.now() - ts)).toEqual(
      [35, 30, 25, 20, 15, 10, 5, 0].map((n) => n * 1_000),
    )
  })
})
