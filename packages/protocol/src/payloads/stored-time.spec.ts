import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { formatStoredTime, isStored, storedTimeOf, storedValues } from './stored-time.js'
import { Telemetry } from './telemetry.js'

const t0 = Date.UTC(2026, 0, 1)
/** Times that samples are given, in microseconds. */
const timeUs = fc
  .integer({ min: Date.UTC(2010, 0, 1), max: Date.UTC(2100, 0, 1) })
  .chain((ms) => fc.integer({ min: 0, max: 999 }).map((us) => ms * 1_000 + us))

describe('storedTimeOf', () => {
  it('reads the very number that history has for each microsecond', () => {
    fc.assert(
      fc.property(timeUs, (us) => {
        expect(storedTimeOf({ time: formatStoredTime(us) })).toBe(us / 1_000)
      }),
    )
    expect(formatStoredTime(1_732_990_000_000_007)).toBe('1732990000000.007')
  })

  it('takes the last of several, which is the platform’s, and an empty one for none', () => {
    expect(storedTimeOf({ time: ['1732990000000.123', '1732990000000.456'] })).toBe(1_732_990_000_000.456)
    expect(storedTimeOf({ time: ['1732990000000.123', ''] })).toBeNull()
    for (const time of ['', 'now', '-1.000', '1e3.000', '1732990000000.1234', '99999999999999999.000'])
      expect(storedTimeOf({ time })).toBeNull()
    expect(storedTimeOf({})).toBeNull()
  })
})

describe('isStored', () => {
  it('is false only where the platform’s property says so', () => {
    expect(isStored({})).toBe(true)
    expect(isStored({ stored: '' })).toBe(true)
    expect(isStored({ stored: ['false', ''] })).toBe(true)
    expect(isStored({ stored: 'false' })).toBe(false)
  })
})

describe('storedValues', () => {
  it('keeps the times that samples have, and counts the others up by a microsecond', () => {
    const message = Telemetry.parse([
      { a: 1, b: 2 },
      { ts: t0 + 0.25, values: { a: 3 } },
      { values: { a: 4 } },
      { ts: 5, values: { a: 5 } },
    ])
    expect(storedValues(message, t0 + 0.999)).toEqual([
      { ts: t0 + 0.999, values: { a: 1, b: 2 } },
      { ts: t0 + 0.25, values: { a: 3 } },
      { ts: t0 + 1, values: { a: 4 } },
      // A clock that is not set says nothing.
      { ts: t0 + 1.001, values: { a: 5 } },
    ])
  })

  it('gives the very numbers that history has, however long the message', () => {
    fc.assert(
      fc.property(timeUs, (us) => {
        const message = Array.from({ length: 1_000 }, () => ({ a: 1 }))
        const times = storedValues(message, us / 1_000).map(({ ts }) => ts)
        expect(times).toEqual(message.map((_, index) => (us + index) / 1_000))
      }),
      { numRuns: 20 },
    )
  })

  it('leaves out samples of which no time is known', () => {
    expect(storedValues(Telemetry.parse([{ a: 1 }, { ts: t0, values: { a: 2 } }]), null)).toEqual([
      { ts: t0, values: { a: 2 } },
    ])
  })
})
