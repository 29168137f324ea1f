import { describe, expect, it } from 'vitest'
import { InvalidError } from '../../../foundation/errors/domain-errors.js'
import { cursorOf, parseDevices, parseHistoryQuery } from './history-query.js'

const now = Date.UTC(2026, 0, 2)
const badFields = (input: Parameters<typeof parseHistoryQuery>[0]) => {
  try {
    parseHistoryQuery(input, now)
  } catch (error) {
    if (error instanceof InvalidError) return error.errors.map(({ path }) => path)
    throw error
  }
  return null
}

describe('parseHistoryQuery', () => {
  it('reads everything when nothing is asked', () => {
    expect(parseHistoryQuery({}, now)).toEqual({
      kind: 'samples',
      keys: null,
      fromUs: 0,
      toUs: Number.MAX_SAFE_INTEGER,
      limit: null,
      after: null,
    })
  })

  it('takes the space that a bare + in an address becomes', () => {
    const query = parseHistoryQuery({ from: '2026-01-01T01:00:00 01:00', to: ' 5m' }, now)
    expect(query).toMatchObject({ fromUs: (now - 86_400_000) * 1_000, toUs: (now + 300_000) * 1_000 })
    expect(badFields({ from: '2026-01-01 00:00' })).toEqual(['from'])
  })

  it('takes relative, RFC 3339 and millisecond times, with microseconds behind the point', () => {
    const query = parseHistoryQuery({ from: '-24h', to: `${now}.125`, keys: 'a, b' }, now)
    expect(query).toMatchObject({
      fromUs: (now - 86_400_000) * 1_000,
      toUs: now * 1_000 + 125,
      keys: ['a', 'b'],
    })
    expect(parseHistoryQuery({ from: '2026-01-01T00:00:00Z' }, now).fromUs).toBe((now - 86_400_000) * 1_000)
  })

  it('takes each key= as it is, and the list keys= beside it', () => {
    const key = ['a,b', ' c ', 'd']
    expect(parseHistoryQuery({ key }, now).keys).toEqual(key)
    expect(parseHistoryQuery({ keys: 'd, e', key }, now).keys).toEqual(['d', 'e', 'a,b', ' c '])
  })

  it('takes the cursor of a page', () => {
    const after = { tsUs: 1_767_225_600_000_125, key: 'temperature', device: 'pump-7' }
    expect(parseHistoryQuery({ cursor: cursorOf(after) }, now)).toMatchObject({ kind: 'samples', after })
  })

  it('knows points from aggregates', () => {
    expect(parseHistoryQuery({ points: 500 }, now)).toMatchObject({ kind: 'points', points: 500 })
    expect(parseHistoryQuery({ aggregate: 'avg', interval: '5m' }, now)).toMatchObject({
      kind: 'aggregate',
      aggregate: 'avg',
      intervalUs: 300_000_000,
      fill: 'none',
    })
    expect(parseHistoryQuery({ aggregate: 'p95', points: 100, fill: 'linear' }, now)).toMatchObject({
      kind: 'aggregate',
      intervalUs: null,
      points: 100,
      fill: 'linear',
    })
  })

  it('says which fields do not go together', () => {
    expect(badFields({ points: 5, limit: 5, cursor: 'x' })).toEqual(['limit', 'cursor'])
    expect(badFields({ interval: '5m', fill: 'zero', timeZone: 'UTC' })).toEqual([
      'interval',
      'fill',
      'timeZone',
    ])
    expect(badFields({ aggregate: 'avg' })).toEqual(['interval'])
    expect(badFields({ aggregate: 'avg', interval: '5m', points: 5 })).toEqual(['points'])
  })

  it('names each bad field', () => {
    expect(badFields({ from: 'yesterday', to: 'soon', keys: 'a,,b' })).toEqual(['from', 'to', 'keys'])
    expect(badFields({ from: 'now', to: '-1h' })).toEqual(['from'])
    expect(badFields({ cursor: 'x' })).toEqual(['cursor'])
  })

  it('refuses an interval of more than a century', () => {
    expect(badFields({ aggregate: 'avg', interval: '36525d' })).toBeNull()
    for (const interval of ['36526d', '999999999w', '876601h'])
      expect(badFields({ aggregate: 'avg', interval })).toEqual(['interval'])
  })
})

describe('parseDevices', () => {
  it('takes each id once', () => {
    expect(parseDevices('a, b,a')).toEqual(['a', 'b'])
  })

  it.each(['', 'a,,b', 'a,b c', 'x'.repeat(65), Array.from({ length: 101 }, (_, n) => n).join()])(
    'refuses %j',
    (text) => {
      expect(() => parseDevices(text)).toThrow(InvalidError)
    },
  )
})
