import { describe, expect, it } from 'vitest'
import { serialization } from './serialize.js'

const ts = 1_767_225_600_000
const sample = { device: 'pump-7', key: 't', ts, value: 21.5 }

describe('CSV', () => {
  const one = serialization('csv', { ofDevices: false })

  it('names its columns, and ends lines as RFC 4180 does', () => {
    expect(one.head).toBe('time,ts,key,value\r\n')
    expect(one.line(sample)).toBe(`2026-01-01T00:00:00.000Z,${ts},t,21.5\r\n`)
    expect(serialization('csv', { ofDevices: true }).head).toBe('time,ts,device,key,value\r\n')
    expect(serialization('csv', { ofDevices: true }).line(sample)).toBe(
      `2026-01-01T00:00:00.000Z,${ts},pump-7,t,21.5\r\n`,
    )
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

  it.each([
    ['=1+1', `'=1+1`],
    ['=HYPERLINK("http://evil","x")', `"'=HYPERLINK(""http://evil"",""x"")"`],
    ['+49 30 1234', `'+49 30 1234`],
    ['-2+cmd|x', `'-2+cmd|x`],
    ['@SUM(A1)', `'@SUM(A1)`],
    ['\t=1', `'\t=1`],
    ['\r=1', `"'\r=1"`],
    ['\n=1', `"'\n=1"`],
    ['＝1', `'＝1`],
    ['-', `'-`],
  ])('has no text that a spreadsheet takes for a formula: %j is %s', (value, expected) => {
    expect(one.line({ ...sample, value })).toBe(`2026-01-01T00:00:00.000Z,${ts},t,${expected}\r\n`)
    expect(one.line({ ...sample, key: value, value: 1 })).toBe(
      `2026-01-01T00:00:00.000Z,${ts},${expected},1\r\n`,
    )
  })

  it.each([
    [-21.5, '-21.5'],
    ['-9007199254740993', '-9007199254740993'],
    ['+1.5e-3', '+1.5e-3'],
    ['a=b', 'a=b'],
    [-1e-7, '-1e-7'],
  ])('leaves numbers, and what only holds such a character, as they are: %j is %s', (value, expected) => {
    expect(one.line({ ...sample, value })).toContain(`,t,${expected}\r\n`)
  })
})

it('NDJSON is the items of the JSON form, a line each', () => {
  expect(serialization('ndjson', { ofDevices: false }).line(sample)).toBe(
    `{"key":"t","ts":${ts},"value":21.5}\n`,
  )
  expect(JSON.parse(serialization('ndjson', { ofDevices: true }).line(sample))).toEqual(sample)
  const formula = { ...sample, key: '=1', value: '=1' }
  expect(JSON.parse(serialization('ndjson', { ofDevices: true }).line(formula))).toEqual(formula)
})
