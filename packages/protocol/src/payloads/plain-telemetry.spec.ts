import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { plainTelemetry } from './plain-telemetry.js'
import { Telemetry, timedValues } from './telemetry.js'

const key = fc.oneof(
  fc.constantFrom('a', 'temperature', 'ts', 'values', '__proto__', 'constructor', '', 'x\u0000', 'ü'),
  fc.string({ maxLength: 140, unit: 'binary' }),
)
const value = fc.oneof(
  { weight: 4, arbitrary: fc.double({ noNaN: true }) },
  fc.boolean(),
  fc.string(),
  fc.constantFrom<unknown>(null, [], {}, [1], { a: 1 }, 'x'.repeat(65_537), '1e999'),
)
const values = fc.oneof(
  fc.dictionary(key, value, { maxKeys: 4 }),
  fc.dictionary(fc.constantFrom('a', 'b'), fc.integer()),
)
const ts = fc.oneof(
  fc.integer({ min: -5 }),
  fc.double(),
  fc.constantFrom<unknown>(null, '5', 253_402_300_800_000),
)
const record = fc.oneof(
  values,
  fc.record({ ts, values }, { requiredKeys: [] }),
  fc.record({ ts, values, x: value }),
)
const payload = fc.oneof(record, fc.array(record, { maxLength: 3 }), value)

describe('plainTelemetry', () => {
  it('takes nothing that the schema refuses, and makes the same of it', () => {
    let taken = 0
    fc.assert(
      fc.property(payload, (generated) => {
        const text = JSON.stringify(generated)?.replaceAll('"1e999"', '1e999') ?? 'null'
        const plain = plainTelemetry(JSON.parse(text))
        if (plain === null) return
        taken += 1
        expect(plain).toEqual(timedValues(Telemetry.parse(JSON.parse(text))))
      }),
      { numRuns: 3_000 },
    )
    expect(taken).toBeGreaterThan(200)
  })

  it('takes the usual', () => {
    for (const usual of [
      { temperature: 21.5, on: true, mode: 'eco' },
      { ts: 1_767_225_600_000.5, values: { a: 1 } },
      [{ a: 1 }, { ts: 0, values: { a: -1 } }],
      { values: { a: 1 } },
      { values: 1, a: 2 },
    ])
      expect(plainTelemetry(usual)).toEqual(timedValues(Telemetry.parse(usual)))
  })

  it.each([
    [{}],
    [[]],
    [{ ts: 1, values: {} }],
    [{ ts: 1, values: { a: 1 }, x: 1 }],
    [{ ts: 1 }],
    [Object.fromEntries(Array.from({ length: 257 }, (_, n) => [n, n]))],
    [Array.from({ length: 1_001 }, () => ({ a: 1 }))],
    [{ ['k'.repeat(129)]: 1 }],
  ])('leaves %# to the schema', (unusual) => {
    expect(plainTelemetry(unusual)).toBeNull()
    expect(Telemetry.safeParse(unusual).success).toBe(false)
  })
})
