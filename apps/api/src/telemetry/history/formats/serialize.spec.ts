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

  it('writes keys, devices and values so that no spreadsheet runs them', () => {
    const formula = { device: '-A1', key: '=1+1', ts, value: '@SUM(A1)' }
    expect(serialization('csv', { ofDevices: true }).line(formula)).toContain(`,'-A1,'=1+1,'@SUM(A1)\r\n`)
    expect(one.line({ ...sample, value: -21.5 })).toContain(',t,-21.5\r\n')
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
