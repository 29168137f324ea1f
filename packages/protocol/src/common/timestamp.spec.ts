import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { formatTime } from './time.js'
import { isOfSetClock, readTimestamp, timestampProblem } from './timestamp.js'

const ms = Date.UTC(2026, 0, 1)

describe('readTimestamp', () => {
  it.each<[number | string, number]>([
    [1_767_225_600, ms],
    [1_767_225_600.123_456, ms + 123.456],
    [1_767_225_600_000, ms],
    [1_767_225_600_000.25, ms + 0.25],
    [1_767_225_600_123_456, ms + 123.456],
    [1_767_225_600_000_000_000, ms],
    ['1767225600', ms],
    ['1767225600.5', ms + 500],
    ['1767225600000', ms],
    ['1767225600123456', ms + 123.456],
    ['1767225600123456499', ms + 123.456],
    ['1767225600123456500', ms + 123.457],
    ['2026-01-01T00:00:00Z', ms],
    ['2026-01-01 01:00:00.000001+01:00', ms + 0.001],
    [0, 0],
    ['0', 0],
    [5, 5_000],
    [1e11 - 1, (1e11 - 1) * 1_000],
    [1e11, 1e11],
    [1e14 - 1, 1e14 - 1],
    [1e14, 1e11],
    [1e17, 1e11],
    ['253402300799999000000', 253_402_300_799_999],
    ['1969-12-31T23:59:59Z', -1_000],
  ])('reads %j', (value, expected) => {
    expect(readTimestamp(value)).toBe(expected)
  })

  it('reads a time alike in every unit, as number and as text, from 2010 to 2100', () => {
    const microseconds = fc.integer({ min: Date.UTC(2010) * 1_000, max: Date.UTC(2100) * 1_000 })
    fc.assert(
      fc.property(microseconds, (us) => {
        const time = us / 1_000
        for (const value of [time, us, String(us), `${us}000`, `${us}499`, formatTime(time)])
          expect([value, readTimestamp(value)]).toEqual([value, time])
        const whole = Math.floor(us / 1e6)
        expect(readTimestamp(whole)).toBe(whole * 1_000)
        expect(readTimestamp(`${whole}.${String(us % 1e6).padStart(6, '0')}`)).toBe(time)
        expect(Math.abs(readTimestamp(us * 1_000) - time)).toBeLessThan(0.002)
      }),
    )
  })

  it('gives a time or a reason, for anything', () => {
    fc.assert(
      fc.property(fc.oneof(fc.double(), fc.string(), fc.stringMatching(/^\d{1,24}$/)), (value) => {
        const time = readTimestamp(value)
        if (Number.isNaN(time)) expect(timestampProblem(value)).toMatch(/^must /)
        else expect(time).toBeLessThan(Date.UTC(10_000, 0, 1))
      }),
    )
  })

  it.each<[unknown, string]>([
    [-1, 'must not be negative, and is -1'],
    [Number.NaN, 'must be a finite number'],
    [Number.POSITIVE_INFINITY, 'must be a finite number'],
    [1e300, 'must not be after the year 9999, and is 1e+300'],
    ['999999999999999999999', 'must not be after the year 9999, and is "999999999999999999999"'],
    [
      '2026-01-01T00:00:00',
      'must name its time zone, as in "2026-01-01T00:00:00Z", and is "2026-01-01T00:00:00"',
    ],
  ])('and says why %j is none', (value, problem) => {
    expect(readTimestamp(value as number)).toBeNaN()
    expect(timestampProblem(value)).toBe(problem)
  })

  it.each([
    ['yesterday', '"yesterday"'],
    ['', '""'],
    ['-5', '"-5"'],
    ['1e9', '"1e9"'],
    ['2026-02-30T00:00:00Z', '"2026-02-30T00:00:00Z"'],
    ['x'.repeat(50), `"${'x'.repeat(40)}…"`],
    [true, 'true'],
    [null, 'null'],
    [[], 'an array'],
    [{}, 'an object'],
  ])('and shows %j, which is no time', (value, shown) => {
    expect(timestampProblem(value)).toBe(
      `must be seconds, milliseconds, microseconds or nanoseconds since 1970, or RFC 3339 text as in "2026-01-01T00:00:00Z", not ${shown}`,
    )
  })
})

it('a clock that is set shows 2010 or later', () => {
  expect(isOfSetClock(Date.UTC(2010, 0, 1))).toBe(true)
  expect(isOfSetClock(Date.UTC(2010, 0, 1) - 0.001)).toBe(false)
  expect(isOfSetClock(-62_135_596_800_000)).toBe(false)
})
