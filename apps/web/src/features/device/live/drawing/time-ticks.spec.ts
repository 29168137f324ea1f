import { describe, expect, it } from 'vitest'
import { formatTick, tickStep, ticksOf } from './time-ticks'

const HOUR = 3_600_000
const at = (text: string) => new Date(text).getTime()

describe('tickStep', () => {
  it('leaves room for a label, from milliseconds to weeks', () => {
    expect(tickStep(1_000, 960, 96)).toBe(100)
    expect(tickStep(60_000, 960, 96)).toBe(10_000)
    expect(tickStep(24 * HOUR, 960, 96)).toBe(3 * HOUR)
    expect(tickStep(90 * 24 * HOUR, 960, 96)).toBe(14 * 24 * HOUR)
  })
})

describe('ticksOf', () => {
  it('lie on whole steps of the local clock', () => {
    const ticks = ticksOf(at('2026-01-01T00:10:00'), at('2026-01-03T00:00:00'), 12 * HOUR)
    expect(ticks).toEqual(
      ['2026-01-01T12:00:00', '2026-01-02T00:00:00', '2026-01-02T12:00:00', '2026-01-03T00:00:00'].map(at),
    )
  })

  it('are none where none fits', () => {
    expect(ticksOf(1_001, 1_999, 1_000)).toEqual([])
  })
})

describe('formatTick', () => {
  it('is as exact as ticks are close, and tells the day at midnight', () => {
    const noon = at('2026-01-02T12:30:05.250')
    expect(formatTick(noon, 250)).toBe('30:05.250')
    expect(formatTick(noon, 5_000)).toBe('12:30:05')
    expect(formatTick(noon, 60_000)).toBe('12:30')
    expect(formatTick(at('2026-01-02T00:00:00'), HOUR)).toBe('2 Jan')
    expect(formatTick(noon, 24 * HOUR)).toBe('2 Jan')
  })
})
