import { describe, expect, it } from 'vitest'
import { check } from './check.js'
import { decode } from './decode.js'
import { RefusedError } from './sample.js'

const now = Date.UTC(2026, 0, 1)
const take = (payload: unknown) => check(decode(Buffer.from(JSON.stringify(payload))), now)
const refusal = (payload: unknown) => {
  try {
    take(payload)
  } catch (error) {
    if (error instanceof RefusedError) return error.refusal
    throw error
  }
  return null
}

describe('check', () => {
  it('makes a row of each value, numbers as numbers and the rest as JSON', () => {
    expect(take({ t: 21.5, on: true, mode: 'eco', none: null, list: [1, 'a'] })).toEqual([
      { key: 't', tsUs: null, record: 0, number: 21.5, json: null },
      { key: 'on', tsUs: null, record: 0, number: null, json: 'true' },
      { key: 'mode', tsUs: null, record: 0, number: null, json: '"eco"' },
      { key: 'none', tsUs: null, record: 0, number: null, json: 'null' },
      { key: 'list', tsUs: null, record: 0, number: null, json: '[1,"a"]' },
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

  it('takes what only looks like it', () => {
    expect(take({ a: '\\u0000', b: '😀', c: '\\ud800' })).toHaveLength(3)
  })

  it('refuses what is no telemetry, and says where', () => {
    expect(refusal({ ts: 1, values: {} })).toMatchObject({ code: 'payload_invalid' })
    expect(refusal([])).toMatchObject({ code: 'payload_invalid' })
    expect(refusal('text')).toMatchObject({ code: 'payload_invalid' })
  })
})
