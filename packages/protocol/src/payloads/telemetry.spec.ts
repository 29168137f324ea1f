import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { maximumKeysPerSample, Telemetry, timedValues } from './telemetry.js'

const ts = Date.UTC(2026, 0, 1)
const accepts = (value: unknown) => Telemetry.safeParse(value).success

describe('Telemetry', () => {
  it('accepts the three shapes and turns them into one', () => {
    expect(timedValues(Telemetry.parse({ temperature: 21.5 }))).toEqual([{ values: { temperature: 21.5 } }])
    const timed = { ts, values: { a: 1 } }
    expect(timedValues(Telemetry.parse(timed))).toEqual([timed])
    expect(timedValues(Telemetry.parse([{ a: 1 }, timed]))).toEqual([{ values: { a: 1 } }, timed])
    expect(timedValues(Telemetry.parse({ values: { a: 1 } }))).toEqual([{ values: { a: 1 } }])
    expect(timedValues(Telemetry.parse({ values: 5, a: 1 }))).toEqual([{ values: { values: 5, a: 1 } }])
  })

  it('accepts an empty array, which has no values', () => {
    expect(timedValues(Telemetry.parse([]))).toEqual([])
  })

  it('reads a time in any unit and in text as milliseconds, and leaves that of an unset clock apart', () => {
    const read = (given: unknown) => timedValues(Telemetry.parse({ ts: given, values: { a: 1 } }))[0]
    for (const given of [ts / 1_000, ts, ts * 1_000, ts * 1e6, String(ts / 1_000), '2026-01-01T00:00:00Z'])
      expect(read(given)).toEqual({ ts, values: { a: 1 } })
    expect(read(0)).toEqual({ unsetClockTs: 0, values: { a: 1 } })
    expect(read('2000-01-01T00:00:07Z')).toEqual({ unsetClockTs: 946_684_807_000, values: { a: 1 } })
    expect(read(Date.UTC(2010, 0, 1) - 1)).toHaveProperty('unsetClockTs')
    expect(read(Date.UTC(2010, 0, 1))).toHaveProperty('ts')
  })

  it('accepts values of any JSON type', () => {
    expect(accepts({ n: 1, b: false, s: 'x', z: null, l: [1, 'a'], o: { deep: { er: [] } } })).toBe(true)
  })

  it.each([
    ['an empty object', {}],
    ['a bare number', 5],
    ['null', null],
    ['text', 'x'],
    ['an array in an array', [[{ a: 1 }]]],
    ['a time without values', { ts: 5 }],
    ['a time beside bare values', { ts: 5, temperature: 1 }],
    ['something beside ts and values', { ts: 5, values: { a: 1 }, extra: 1 }],
    ['no values', { ts: 5, values: {} }],
    ['a time that is no time', { ts: 'yesterday', values: { a: 1 } }],
    ['a time as boolean', { ts: true, values: { a: 1 } }],
    ['a time that is null', { ts: null, values: { a: 1 } }],
    ['a negative time', { ts: -1, values: { a: 1 } }],
    ['a time after the year 9999', { ts: 2.6e20, values: { a: 1 } }],
    ['an empty key', { '': 1 }],
    ['a key with a control character', { 'a\n': 1 }],
    ['a key that is too long', { ['k'.repeat(129)]: 1 }],
    ['text that is too long', { a: 'x'.repeat(65_537) }],
    [
      'too many keys',
      Object.fromEntries(Array.from({ length: maximumKeysPerSample + 1 }, (_, n) => [`k${n}`, n])),
    ],
    ['too many samples', Array.from({ length: 1_001 }, () => ({ a: 1 }))],
    ['one bad sample among good ones', [{ a: 1 }, {}]],
    ['not a number', { a: Number.NaN }],
    ['infinity', { a: Number.POSITIVE_INFINITY }],
  ])('refuses %s', (_what, value) => {
    expect(accepts(value)).toBe(false)
  })

  it('takes or refuses a key the same way each time, after however many others', () => {
    const many = Array.from({ length: 60 }, (_, n) =>
      Object.fromEntries(Array.from({ length: 200 }, (_, m) => [`k${n}.${m}`, m])),
    )
    for (let round = 0; round < 2; round++) {
      expect(accepts(many)).toBe(true)
      for (const key of ['', 'a\n', 'k'.repeat(129)]) expect(accepts({ a: 1, [key]: 1 })).toBe(false)
      expect(accepts({ a: 1 })).toBe(true)
    }
  })

  it('accepts every valid payload and leaves it unchanged', () => {
    const key = fc
      .string({ minLength: 1, maxLength: 20 })
      .filter((text) => /^\P{Cc}+$/u.test(text) && text !== 'ts' && text !== 'values')
    const value = fc.oneof(
      fc.double({ noNaN: true, noDefaultInfinity: true }),
      fc.boolean(),
      fc.string(),
      fc.constant(null),
    )
    const values = fc.dictionary(key, value, { minKeys: 1, maxKeys: 10, noNullPrototype: true })
    fc.assert(
      fc.property(fc.array(values, { minLength: 1, maxLength: 5 }), (records) => {
        expect(Telemetry.parse(records)).toEqual(records)
        const timed = records.map((record, index) => ({ ts: ts + index, values: record }))
        expect(timedValues(Telemetry.parse(timed))).toEqual(timed)
      }),
    )
  })
})
