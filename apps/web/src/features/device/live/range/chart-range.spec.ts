import { describe, expect, it } from 'vitest'
import { presetFor, presets, rangeOf, searchWith, spanText } from './chart-range'

describe('rangeOf', () => {
  it.each(presets.map(({ id, ms }) => [id, ms]))('reads the preset %s', (id, spanMs) => {
    expect(rangeOf(`?range=${id}`)).toEqual({ follow: true, spanMs })
  })

  it('reads any other length, and two moments', () => {
    expect(rangeOf('?range=90s')).toEqual({ follow: true, spanMs: 90_000 })
    expect(rangeOf('?from=1000&to=61000&range=1h')).toEqual({ follow: false, from: 1_000, to: 61_000 })
  })

  it.each(['', '?range=', '?range=1y', '?range=0m', '?range=91d', '?from=5', '?from=9&to=1', '?from=a&to=b'])(
    'takes %j for no range',
    (search) => expect(rangeOf(search)).toBeNull(),
  )
})

describe('searchWith', () => {
  it('is read back as it was, and leaves the rest of the address', () => {
    for (const range of [
      { follow: true, spanMs: 86_400_000 },
      { follow: true, spanMs: 1_234 },
      { follow: false, from: 1_000, to: 9_000 },
    ] as const) {
      const search = searchWith('?tab=a&range=1m&from=1&to=2', range)
      expect(search).toContain('tab=a')
      expect(rangeOf(search)).toEqual(range)
    }
  })
})

describe('presetFor', () => {
  it('is the shortest that holds the data, a quarter of an hour at most', () => {
    expect([0, 56_000, 58_000, 280_000, 290_000, 1e9].map(presetFor)).toEqual([
      60_000, 60_000, 300_000, 300_000, 900_000, 900_000,
    ])
  })
})

describe('spanText', () => {
  it('names a length', () => {
    expect([60_000, 90_000, 2.5 * 86_400_000, 1_500].map(spanText)).toEqual([
      'minute',
      '90 s',
      '3 d',
      '1500 ms',
    ])
  })
})
