import { describe, expect, it } from 'vitest'
import { formatAgo, formatSpan, formatUntil } from './format-time'

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
