import { describe, expect, it } from 'vitest'
import { childrenOf, levelFor, parentOf, runsOf, spanOf, tilesIn } from './tiles'

const DAY = 86_400_000

describe('levelFor', () => {
  it.each([60_000, 900_000, DAY, 30 * DAY, 90 * DAY])('has two to five tiles for %d ms', (spanMs) => {
    for (let offset = 0; offset < 1; offset += 0.07) {
      const min = 1.7e12 + offset * spanMs
      const tiles = tilesIn({ min, max: min + spanMs }, levelFor(spanMs))
      expect(tiles.length).toBeGreaterThanOrEqual(2)
      expect(tiles.length).toBeLessThanOrEqual(5)
    }
  })
})

describe('tilesIn', () => {
  it('cover a span without holes, in order', () => {
    const span = { min: 1_000_123, max: 1_009_001 }
    const tiles = tilesIn(span, 11)
    expect(spanOf(tiles[0] ?? { level: 0, index: 0 }).min).toBeLessThanOrEqual(span.min)
    expect(spanOf(tiles.at(-1) ?? { level: 0, index: 0 }).max).toBeGreaterThanOrEqual(span.max)
    for (let at = 1; at < tiles.length; at += 1)
      expect(tiles[at]?.index).toBe((tiles[at - 1]?.index ?? 0) + 1)
  })

  it('are none for a span that ends before it begins', () => {
    expect(tilesIn({ min: 5_000, max: 1_000 }, 10)).toEqual([])
  })
})

describe('a tile', () => {
  it('is one half of its parent, and has two of its own', () => {
    const tile = { level: 10, index: 7 }
    expect(parentOf(tile)).toEqual({ level: 11, index: 3 })
    const [left, right] = childrenOf(tile)
    expect([spanOf(left).min, spanOf(right).max]).toEqual([spanOf(tile).min, spanOf(tile).max])
    expect(spanOf(left).max).toBe(spanOf(right).min)
  })
})

describe('runsOf', () => {
  it('joins neighbours', () => {
    const at = (index: number) => ({ level: 3, index })
    expect(runsOf([at(1), at(2), at(4), at(5), at(9)]).map((run) => run.map(({ index }) => index))).toEqual([
      [1, 2],
      [4, 5],
      [9],
    ])
  })
})
