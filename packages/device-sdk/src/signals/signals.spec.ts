import { DeviceEvent, TelemetryValues } from '@heliograph/protocol'
import { describe, expect, it } from 'vitest'
import { type SimulatedKind, simulatedKinds, simulatedSignals } from './signals.js'

const kinds = Object.keys(simulatedKinds) as SimulatedKind[]
const noon = Date.UTC(2026, 5, 1, 12)

describe('simulatedSignals', () => {
  it.each(kinds)('%s measures valid values, always of the same keys, within sane limits', (kind) => {
    const signals = simulatedSignals(kind, 42)
    const keys = Object.keys(signals.read(noon).values).sort()
    for (let second = 1; second < 20_000; second += 10) {
      const { values, event } = signals.read(noon + second * 1_000)
      expect(TelemetryValues.safeParse(values).success).toBe(true)
      expect(Object.keys(values).sort()).toEqual(keys)
      if (typeof values.temperature === 'number') expect(Math.abs(values.temperature)).toBeLessThan(60)
      if (typeof values.humidity === 'number') expect(values.humidity).toBeLessThanOrEqual(100)
      if (event !== undefined) expect(DeviceEvent.safeParse(event).success).toBe(true)
    }
  })

  it.each(kinds)('%s is the same machine again for the same seed, and another for another', (kind) => {
    const run = (seed: number) => {
      const signals = simulatedSignals(kind, seed)
      return Array.from({ length: 20 }, (_, second) => signals.read(noon + second * 1_000).values)
    }
    expect(run(1)).toEqual(run(1))
    expect(run(1)).not.toEqual(run(2))
  })

  it('moves humidity against temperature', () => {
    const signals = simulatedSignals('weather', 7)
    const day = Array.from({ length: 24 }, (_, hour) => signals.read(noon + hour * 3_600_000).values)
    const warmest = day.toSorted((a, b) => Number(b.temperature) - Number(a.temperature))
    expect(Number(warmest[0]?.humidity)).toBeLessThan(Number(warmest.at(-1)?.humidity))
  })
})
