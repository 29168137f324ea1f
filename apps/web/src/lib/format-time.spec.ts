import { describe, expect, it } from 'vitest'
import {
  formatAgo,
  formatDuration,
  formatMomentMillis,
  formatRange,
  formatSpan,
  formatUntil,
} from './format-time'

const at = (text: string) => new Date(text).getTime()

describe('formatSpan', () => {
  it.each([
    [0, '0 s'],
    [59_999, '59 s'],
    [60_000, '1 min'],
    [3_599_000, '59 min'],
    [3_600_000, '1 h'],
    [47 * 3_600_000, '47 h'],
    [48 * 3_600_000, '2 d'],
  ])('says %i ms as %s', (durationMs, text) => {
    expect(formatSpan(durationMs)).toBe(text)
  })
})

describe('formatAgo', () => {
  it('calls the first second, and a clock that runs ahead, now', () => {
    expect(formatAgo(1_000, 1_999)).toBe('now')
    expect(formatAgo(5_000, 1_000)).toBe('now')
    expect(formatAgo(1_000, 5_000)).toBe('4 s ago')
  })
})

describe('formatUntil', () => {
  it('rounds up, so that it is never over early', () => {
    expect(formatUntil(3_001, 1_000)).toBe('in 3 s')
    expect(formatUntil(1_000, 1_000)).toBe('now')
  })
})

describe('formatDuration', () => {
  it.each([
    [250, '250 ms'],
    [90_000, '90 s'],
    [120_000, '2 min'],
    [36 * 3_600_000, '36 h'],
    [3 * 86_400_000, '3 d'],
  ])('says %i ms as %s', (durationMs, text) => {
    expect(formatDuration(durationMs)).toBe(text)
  })
})

describe('formatMomentMillis', () => {
  it('names the day only where that is not today', () => {
    const moment = at('2026-01-02T12:30:05.250')
    expect(formatMomentMillis(moment, at('2026-01-02T20:00:00'))).toBe('12:30:05.250')
    expect(formatMomentMillis(moment, at('2026-01-03T20:00:00'))).toBe('2 Jan, 12:30:05.250')
  })
})

describe('formatRange', () => {
  it('tells a day once', () => {
    expect(formatRange(at('2026-01-02T12:00:00'), at('2026-01-02T13:00:00'))).toBe('2 Jan, 12:00 – 13:00')
    expect(formatRange(at('2026-01-02T12:00:00'), at('2026-01-02T12:01:00'))).toBe(
      '2 Jan, 12:00:00 – 12:01:00',
    )
    expect(formatRange(at('2026-01-02T12:00:00'), at('2026-01-03T13:00:00'))).toBe(
      '2 Jan, 12:00 – 3 Jan, 13:00',
    )
  })
})
