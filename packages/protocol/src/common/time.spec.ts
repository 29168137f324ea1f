import { describe, expect, it } from 'vitest'
import { formatTime, isTimeZone, parseTime } from './time.js'

const now = Date.UTC(2026, 5, 1)

describe('parseTime', () => {
  it.each([
    ['now', now],
    ['1767225600000', 1_767_225_600_000],
    ['1767225600000.125', 1_767_225_600_000.125],
    ['0', 0],
    ['-24h', now - 86_400_000],
    ['-90s', now - 90_000],
    ['+5m', now + 300_000],
    ['-2d', now - 172_800_000],
    ['-1w', now - 604_800_000],
    ['2026-01-01T00:00:00Z', 1_767_225_600_000],
    ['2026-01-01T01:00:00+01:00', 1_767_225_600_000],
    ['2026-01-01t00:00:00.5z', 1_767_225_600_500],
    ['2026-01-01 00:00:00Z', 1_767_225_600_000],
    ['2026-01-01T00:00:00.123456789Z', 1_767_225_600_123.457],
    ['2026-01-01T05:30:00.000001+05:30', 1_767_225_600_000.001],
    ['2028-02-29T00:00:00Z', Date.UTC(2028, 1, 29)],
  ])('%s', (text, expected) => {
    expect(parseTime(text, now)).toBe(expected)
  })

  it.each([
    '',
    'yesterday',
    '-24',
    '24h',
    '-5y',
    '2026-01-01',
    '2026-01-01T00:00:00',
    '2026-13-01T00:00:00Z',
    '2026-02-30T00:00:00Z',
    '2026-02-29T00:00:00Z',
    '2026-04-31T00:00:00+02:00',
    '2026-01-01T25:00:00Z',
    '2026-01-01T00:60:00Z',
    '1e9',
    '-1',
    ' 5',
  ])('%j is no time', (text) => {
    expect(parseTime(text, now)).toBeNull()
  })
})

describe('formatTime', () => {
  it.each([
    [0, '1970-01-01T00:00:00.000Z'],
    [1_767_225_600_000, '2026-01-01T00:00:00.000Z'],
    [1_767_225_600_000.125, '2026-01-01T00:00:00.000125Z'],
    [1_767_225_600_000.007, '2026-01-01T00:00:00.000007Z'],
    [1_767_225_600_000.9998, '2026-01-01T00:00:00.000999Z'],
  ])('%d', (ts, expected) => {
    expect(formatTime(ts)).toBe(expected)
  })
})

describe('isTimeZone', () => {
  it.each([
    'Europe/Berlin',
    'Asia/Kolkata',
    'America/Argentina/Buenos_Aires',
    'Etc/GMT+2',
    'UTC',
    'europe/berlin',
  ])('%s', (name) => {
    expect(isTimeZone(name)).toBe(true)
  })

  it.each(['', '+02:00', 'Mars/Base', 'Europe/Berlin ', 'Europe', 'CEST', '../UTC'])(
    'knows no %j',
    (name) => {
      expect(isTimeZone(name)).toBe(false)
    },
  )
})
