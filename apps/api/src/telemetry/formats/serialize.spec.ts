import { describe, expect, it } from 'vitest'
import { serialization } from './serialize.js'

const ts = 1_767_225_600_000
const sample = { device: 'pump-7', key: 't', ts, value: 21.5 }

describe('CSV', () => {
  const one = serialization('csv', false)

  it('names its columns, and ends lines as RFC 4180 does', () => {
    expect(one.head).toBe('time,ts,key,value\r\n')
    expect(one.line(sample)).toBe(`2026-01-01T00:00:00.000Z,${ts},t,21.5\r\n`)
    expect(serialization('csv', true).head).toBe('time,ts,device,key,value\r\n')
    expect(serialization('csv', true).line(sample)).toBe(`2026-01-01T00:00:00.000Z,${ts},pump-7,t,21.5\r\n`)
  })

  it('has microseconds where there are any', () => {
    expect(one.line({ ...sample, ts: ts + 0.125 })).toMatch(/^2026-01-01T00:00:00.000125Z,1767225600000.125,/)
    expect(one.line({ ...sample, ts: ts + 0.007 })).toMatch(/^2026-01-01T00:00:00.000007Z,/)
  })

  it.each([
    ['plain', 'plain'],
    ['a,b', '"a,b"'],
    ['say "hi"', '"say ""hi"""'],
    ['two\nlines', '"two\nlines"'],
    [true, 'true'],
    [null, ''],
    [{ a: [1, 'x'] }, '"{""a"":[1,""x""]}"'],
    ['9007199254740993', '9007199254740993'],
  ])('writes %j as %s', (value, expected) => {
    expect(one.line({ ...sample, value })).toBe(`2026-01-01T00:00:00.000Z,${ts},t,${expected}\r\n`)
  })

  it('quotes a key that needs it', () => {
    expect(one.line({ ...sample, key: 'a,b' })).toContain(',"a,b",')
  })
})

it('NDJSON is the items of the JSON form, a line each', () => {
  expect(serialization('ndjson', false).line(sample)).toBe(`{"key":"t","ts":${ts},"value":21.5}\n`)
  expect(JSON.parse(serialization('ndjson', true).line(sample))).toEqual(sample)
})
