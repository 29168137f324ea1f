import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { clockChanges, formatTick, tickStep, ticksOf, timeLabels } from './time-ticks'

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

describe('where the clock is changed', () => {
  // Formats read the zone when they are made, so that only times in UTC can be compared with texts here.
  const zone = process.env.TZ
  beforeEach(() => {
    process.env.TZ = 'Europe/Berlin'
    vi.resetModules()
  })
  afterEach(() => {
    if (zone === undefined) delete process.env.TZ
    else process.env.TZ = zone
    vi.resetModules()
  })
  const utc = (text: string) => Date.parse(`${text}:00Z`)
  const [autumn, spring] = [utc('2026-10-25T01:00'), utc('2026-03-29T01:00')]

  it('finds the moment, to the millisecond', () => {
    expect(clockChanges(utc('2026-01-01T00:00'), utc('2026-12-31T00:00'))).toEqual([spring, autumn])
    expect(clockChanges(utc('2026-10-25T02:00'), utc('2026-12-31T00:00'))).toEqual([])
  })

  it('has the ticks of an hour that comes twice twice, and none in one that is skipped', () => {
    const hours = (from: number, to: number) => ticksOf(from, to, HOUR / 2).map((ts) => (ts - from) / HOUR)
    expect(hours(autumn - HOUR, autumn + HOUR)).toEqual([0, 0.5, 1, 1.5, 2])
    expect(ticksOf(spring - 3 * HOUR, spring + 3 * HOUR, 3 * HOUR)).toEqual([
      utc('2026-03-28T23:00'),
      utc('2026-03-29T01:00'),
      utc('2026-03-29T04:00'),
    ])
  })

  it('marks the change on the axis', async () => {
    const { timeLabels: labelsIn } = await import('./time-ticks')
    const width = { widthPx: 960, spacePx: 96 }
    const texts = (min: number, max: number) => labelsIn({ min, max }, width).map(({ text }) => text)
    expect(texts(autumn - 4 * HOUR, autumn + 4 * HOUR)).toEqual([
      '23:00',
      '25 Oct',
      '01:00',
      '02:00',
      '03:00→02:00',
      '03:00',
      '04:00',
      '05:00',
      '06:00',
    ])
    expect(texts(spring - 2 * HOUR, spring + 2 * HOUR)).toContain('02:00→03:00')
    expect(texts(autumn - 5 * 24 * HOUR, autumn + 5 * 24 * HOUR)).toContain('25 h day')
    expect(texts(spring - 5 * 24 * HOUR, spring + 5 * 24 * HOUR)).toContain('23 h day')
  })
})

describe('timeLabels', () => {
  it('are the ticks where no clock is changed', () => {
    const [min, max] = [at('2026-01-02T12:00:00'), at('2026-01-02T12:10:00')]
    const labels = timeLabels({ min, max }, { widthPx: 960, spacePx: 96 })
    expect(labels).toHaveLength(11)
    expect(labels[3]).toEqual({ ts: at('2026-01-02T12:03:00'), text: '12:03' })
  })
})
