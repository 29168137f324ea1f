import { describe, expect, it } from 'vitest'
import { Traffic } from '../ingest/traffic.js'
import { TrafficRates } from './traffic-rates.js'

describe('TrafficRates', () => {
  it('tells the rate of the last second, and the means of five for ten minutes', () => {
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
    const history = rates.history(1)
    expect(history.length).toBeGreaterThanOrEqual(120)
    expect(history.length).toBeLessThanOrEqual(122)
    expect(history.at(-1)).toMatchObject({ ts: 899_000, samplesPerSecond: 3 })
    expect(rates.history(2)).toEqual([])
    expect(rates.now(2).messagesPerSecond).toBe(0)
  })
})
