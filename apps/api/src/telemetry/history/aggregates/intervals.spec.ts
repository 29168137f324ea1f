import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { countOf, intervalsFor, intervalsOf, startOf, startsOf } from './intervals.js'
import { LocalDays } from './local-days.js'

const us = (text: string) => Date.parse(text) * 1_000
const minute = 60_000_000
const day = 86_400_000_000

describe('intervals', () => {
  it('begin at whole multiples since 1970 in UTC, wherever clocks are put forward', () => {
    const daily = intervalsOf(day)
    expect(startOf(daily, us('2026-03-29T01:30:00Z'))).toBe(us('2026-03-29T00:00:00Z'))
    expect(startOf(intervalsOf(15 * minute), us('2026-03-29T01:29:59.999Z'))).toBe(us('2026-03-29T01:15:00Z'))
  })

  it('of weeks begin on a Monday', () => {
    expect(startOf(intervalsOf(7 * day), us('2026-01-04T23:59:59Z'))).toBe(us('2025-12-29T00:00:00Z'))
    expect(startOf(intervalsOf(7 * day), us('2026-01-05T00:00:00Z'))).toBe(us('2026-01-05T00:00:00Z'))
    expect(startOf(intervalsOf(7 * day), 0)).toBe(-3 * day)
  })

  it('hold each time in one of them, and are counted as they are walked', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 50 }),
        fc.nat(5_000),
        fc.nat(5_000),
        (lengthUs, fromUs, spanUs) => {
          const intervals = intervalsOf(lengthUs)
          const starts = new Set<number>()
          for (let tsUs = fromUs; tsUs < fromUs + spanUs; tsUs++) starts.add(startOf(intervals, tsUs))
          expect(countOf(intervals, fromUs, fromUs + spanUs)).toBe(starts.size)
          const start = startOf(intervals, fromUs)
          expect(start <= fromUs && fromUs < start + lengthUs).toBe(true)
        },
      ),
    )
  })
})

describe('intervals of a time zone', () => {
  const times = (starts: number[]) =>
    starts.map((start) => new Date(start / 1_000).toISOString().slice(0, 16))
  const range = (from: string, to: string) => ({ fromUs: us(from), toUs: us(to) })

  it('are its days, of 23 and 25 hours where clocks are changed', () => {
    const daily = intervalsOf(day, new LocalDays('Europe/Berlin'))
    expect(times(startsOf(daily, range('2026-03-28T12:00:00Z', '2026-03-30T12:00:00Z')))).toEqual([
      '2026-03-27T23:00',
      '2026-03-28T23:00',
      '2026-03-29T22:00',
    ])
    expect(times(startsOf(daily, range('2026-10-24T22:00:00Z', '2026-10-26T00:00:00Z')))).toEqual([
      '2026-10-24T22:00',
      '2026-10-25T23:00',
    ])
    expect(countOf(daily, us('2026-10-24T22:00:00Z'), us('2026-10-25T23:00:00Z'))).toBe(1)
    expect(startOf(daily, us('2026-10-25T22:59:59Z'))).toBe(us('2026-10-24T22:00:00Z'))
  })

  it('of weeks begin on Monday at midnight', () => {
    const weekly = intervalsOf(7 * day, new LocalDays('Asia/Kolkata'))
    expect(times(startsOf(weekly, range('2026-03-27T00:00:00Z', '2026-03-30T00:00:00Z')))).toEqual([
      '2026-03-22T18:30',
      '2026-03-29T18:30',
    ])
  })

  it('are none of its own below a day, and where they are no whole days', () => {
    for (const lengthUs of [60 * minute, 36 * 60 * minute])
      expect(intervalsOf(lengthUs, new LocalDays('Asia/Kolkata'))).toEqual(intervalsOf(lengthUs))
  })

  it('leave out a day that was skipped', () => {
    const daily = intervalsOf(day, new LocalDays('Pacific/Apia'))
    expect(times(startsOf(daily, range('2011-12-29T12:00:00Z', '2011-12-31T12:00:00Z')))).toEqual([
      '2011-12-29T10:00',
      '2011-12-30T10:00',
      '2011-12-31T10:00',
    ])
  })

  it('are chosen for a count', () => {
    const month = [us('2026-03-01T00:00:00Z'), us('2026-03-31T00:00:00Z')] as const
    const days = new LocalDays('Europe/Berlin')
    expect(intervalsFor(...month, 31, days)).toMatchObject({ lengthUs: day, days })
    expect(intervalsFor(...month, 31).days).toBeNull()
  })
})

describe('intervalsFor', () => {
  it('gives lengths that people count in', () => {
    const month = [us('2026-01-01T00:00:00Z'), us('2026-01-31T00:00:00Z')] as const
    expect(intervalsFor(...month, 1_000).lengthUs).toBe(60 * minute)
    expect(intervalsFor(...month, 30).lengthUs).toBe(day)
    expect(intervalsFor(...month, 5).lengthUs).toBe(7 * day)
  })

  it('never gives more intervals than asked for', () => {
    const time = fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER })
    fc.assert(
      fc.property(time, time, fc.integer({ min: 4, max: 10_000 }), (a, b, count) => {
        const [fromUs, toUs] = [Math.min(a, b), Math.max(a, b)]
        expect(countOf(intervalsFor(fromUs, toUs, count), fromUs, toUs)).toBeLessThanOrEqual(count)
      }),
    )
  })
})
