import { describe, expect, it } from 'vitest'
import { jsonLimits } from '../../foundation/limits/json-limits.js'
import { check, newestTimes } from './check.js'
import { Columns } from './columns.js'
import { decode as decodeWithin } from './decode.js'
import { RefusedError } from './sample.js'

const now = Date.UTC(2026, 0, 1)
const decode = (payload: Buffer) => decodeWithin(payload, jsonLimits.values())

function takeText(text: string, oldestMs: number | null = null) {
  const columns = new Columns()
  check(decode(Buffer.from(text)), { nowMs: now, oldestMs }, columns)
  return columns.names.map((key, row) => {
    const number = columns.numbers[row] ?? Number.NaN
    return {
      key,
      tsUs: columns.timesUs[row],
      number: Number.isNaN(number) ? null : number,
      json: columns.others[row],
    }
  })
}

const take = (payload: unknown) => takeText(JSON.stringify(payload))
const refusal = (payload: unknown, oldestMs: number | null = null) =>
  refusalOf(JSON.stringify(payload), oldestMs)
function refusalOf(text: string, oldestMs: number | null = null) {
  try {
    takeText(text, oldestMs)
  } catch (error) {
    if (error instanceof RefusedError) return error.refusal
    throw error
  }
  return null
}

describe('check', () => {
  it('makes a row of each value, numbers as numbers and the rest as JSON', () => {
    const tsUs = Number.NaN
    expect(take({ t: 21.5, on: true, mode: 'eco', none: null, list: [1, 'a'] })).toEqual([
      { key: 't', tsUs, number: 21.5, json: null },
      { key: 'on', tsUs, number: null, json: 'true' },
      { key: 'mode', tsUs, number: null, json: '"eco"' },
      { key: 'none', tsUs, number: null, json: 'null' },
      { key: 'list', tsUs, number: null, json: '[1,"a"]' },
    ])
  })

  it('keeps the time of a record in microseconds', () => {
    expect(take({ ts: now + 0.125, values: { t: 1 } })[0]?.tsUs).toBe(now * 1_000 + 125)
  })

  it('takes a day ahead of the clock and refuses more, with the reason', () => {
    expect(refusal({ ts: now + 86_400_000, values: { t: 1 } })).toBeNull()
    expect(refusal([{ t: 1 }, { ts: now + 86_400_001, values: { t: 1 } }])).toMatchObject({
      code: 'timestamp_refused',
      detail: expect.stringContaining('24 hours ahead'),
    })
  })

  it('refuses times before the retention, with the reason', () => {
    const weekAgo = now - 7 * 86_400_000
    expect(refusal({ ts: weekAgo, values: { t: 1 } }, weekAgo)).toBeNull()
    expect(refusal({ ts: weekAgo - 1, values: { t: 1 } }, weekAgo)).toMatchObject({
      code: 'timestamp_refused',
      detail: expect.stringContaining('older than the 7 days'),
    })
  })

  it.each([
    ['a string with U+0000', { a: 'x\0y' }],
    ['U+0000 deep inside', { a: { b: ['x\0'] } }],
    ['U+0000 in an inner key', { a: { 'x\0': 1 } }],
    ['half a surrogate pair', { a: '\ud800' }],
    ['half a surrogate pair in a key', { '\ud800': 1 }],
    ['endless nesting', { a: JSON.parse(`${'['.repeat(70)}1${']'.repeat(70)}`) }],
  ])('refuses what PostgreSQL cannot store: %s', (_, payload) => {
    expect(refusal(payload)).toMatchObject({ code: 'payload_invalid' })
  })

  it('accepts values that only look like these', () => {
    expect(take({ a: '\\u0000', b: '😀', c: '\\ud800', '😀': 1 })).toHaveLength(4)
  })

  it('refuses payloads that are not telemetry, and says where', () => {
    expect(refusal({ ts: 1, values: {} })).toMatchObject({ code: 'payload_invalid' })
    expect(refusal([{}])).toMatchObject({ code: 'payload_invalid' })
    expect(refusal('text')).toMatchObject({ code: 'payload_invalid' })
  })

  it.each([
    ['{"a":1e999}', 'a must be a finite number'],
    ['{"a":1,"b":-1e999}', 'b must be a finite number'],
    ['{"a":{"b":[1e999]}}', 'a.b[0] must be a finite number'],
    ['{"a":NaN}', 'not valid JSON'],
    ['{"a":Infinity}', 'not valid JSON'],
  ])('refuses numbers that are none: %s', (text, where) => {
    expect(refusalOf(text)).toMatchObject({ code: 'payload_invalid', detail: expect.stringContaining(where) })
  })

  it('refuses bytes that are not UTF-8', () => {
    const payload = Buffer.from([...Buffer.from('{"a":"'), 0xc3, 0x28, ...Buffer.from('"}')])
    expect(() => decode(payload)).toThrow('not valid UTF-8')
  })
})

describe('integers beyond 2^53', () => {
  it('are kept to the last digit, beside the nearest double', () => {
    expect(
      takeText('{"a":9007199254740993,"b":-18446744073709551615,"c":{"d":[9223372036854775807]}}'),
    ).toMatchObject([
      { number: 9007199254740992, json: '9007199254740993' },
      { number: -18446744073709552000, json: '-18446744073709551615' },
      { number: null, json: '{"d":[9223372036854775807]}' },
    ])
  })

  it('are kept in each record of an array', () => {
    expect(takeText('[{"a":1},{"ts":1767225600123456,"values":{"a":9007199254740993}}]')).toMatchObject([
      { number: 1, json: null },
      { tsUs: 1_767_225_600_123_456, number: 9007199254740992, json: '9007199254740993' },
    ])
  })

  it.each([
    ['{"a":9007199254740992}', null],
    ['{"a":1e20}', null],
    ['{"a":0.30000000000000004}', null],
    ['{"a":12345678901234567.5}', null],
    ['{"a":"9007199254740993"}', '"9007199254740993"'],
    ['{"a":["9007199254740993"]}', '["9007199254740993"]'],
    ['{"a":"\\"9007199254740993"}', '"\\"9007199254740993"'],
  ])('and only those: %s', (text, json) => {
    expect(takeText(text)[0]?.json).toBe(json)
  })
})

describe('a clock that is not set', () => {
  it('gives samples no time, in any unit and in text', () => {
    for (const ts of [0, 5, 946_684_800, '0', '1970-01-01T00:00:00Z', '2009-12-31T23:59:59.999Z'])
      expect([ts, take({ ts, values: { a: 1 } })[0]?.tsUs]).toEqual([ts, Number.NaN])
    expect(take({ ts: '2010-01-01T00:00:00Z', values: { a: 1 } })[0]?.tsUs).toBe(1_262_304_000_000_000)
  })

  it('is never older than the retention', () => {
    expect(refusal({ ts: 0, values: { t: 1 } }, now - 86_400_000)).toBeNull()
  })
})

it('newestTimes tells times of a clock that was set from others', () => {
  const newest = (payload: unknown) => newestTimes(decode(Buffer.from(JSON.stringify(payload))))
  const at = (ts: number) => ({ ts, values: { a: 1 } })
  expect(newest({ a: 1 })).toEqual({ setMs: null, unsetMs: null })
  expect(newest([at(5), at(9), { a: 1 }])).toEqual({ setMs: null, unsetMs: 9_000 })
  expect(newest([at(now), at(5), at(now - 1)])).toEqual({ setMs: now, unsetMs: 5_000 })
})

describe('a payload', () => {
  it('is stored with every key, whatever its name, and to the last digit', () => {
    const text = '{"__proto__":9007199254740993,"constructor":{"__proto__":9007199254740993}}'
    expect(takeText(text)).toMatchObject([
      { key: '__proto__', number: 2 ** 53, json: '9007199254740993' },
      { key: 'constructor', json: '{"__proto__":9007199254740993}' },
    ])
  })

  it('may begin with a byte order mark and end with NULs, also with large integers', () => {
    expect(takeText('\ufeff{"a":9007199254740993}\r\n\0')).toMatchObject([{ json: '9007199254740993' }])
  })
})
