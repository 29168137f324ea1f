import { describe, expect, it } from 'vitest'
import { Aggregate, Duration, parseDuration } from './telemetry.js'

describe('parseDuration', () => {
  it.each([
    ['250ms', 250],
    ['90s', 90_000],
    ['5m', 300_000],
    ['1h', 3_600_000],
    ['1d', 86_400_000],
    ['2w', 1_209_600_000],
  ])('%s', (text, expected) => {
    expect(Duration.safeParse(text).success).toBe(true)
    expect(parseDuration(text)).toBe(expected)
  })

  it.each(['', '5', 'm', '0m', '-5m', '1.5h', '5 m', '1y', '1234567890s'])('%j is not a duration', (text) => {
    expect(Duration.safeParse(text).success).toBe(false)
  })
})

it.each(['avg', 'min', 'max', 'sum', 'count', 'first', 'last', 'p0', 'p50', 'p99.9', 'p100'])(
  '%s is an aggregate',
  (text) => {
    expect(Aggregate.safeParse(text).success).toBe(true)
  },
)

it.each(['', 'mean', 'p', 'p101', 'p-1', 'p99.', 'P50', 'avg,max'])('%j is not an aggregate', (text) => {
  expect(Aggregate.safeParse(text).success).toBe(false)
})
