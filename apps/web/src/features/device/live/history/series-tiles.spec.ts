import { describe, expect, it } from 'vitest'
import type { Points } from '../telemetry/points'
import { SeriesTiles, type Tile } from './series-tiles'
import { spanOf, type TileId } from './tiles'

const none: Points = { times: new Float64Array(0), values: new Float64Array(0) }
const points = (...times: number[]): Points => ({
  times: Float64Array.from(times),
  values: Float64Array.from(times),
})
const tile = (id: TileId, more: Partial<Tile> = {}): Tile => ({
  id,
  numbers: none,
  states: none,
  resolution: 'raw',
  exact: false,
  readAt: 1e15,
  stale: false,
  ...more,
})
/** Two tiles of level 20 (some 17 minutes each). */
const span = { min: spanOf({ level: 20, index: 8 }).min, max: spanOf({ level: 20, index: 10 }).min }
const [first, second] = [
  { level: 20, index: 8 },
  { level: 20, index: 9 },
]

describe('SeriesTiles', () => {
  it('misses what was not read, and nothing once it was', () => {
    const tiles = new SeriesTiles()
    expect(tiles.missing(span, 20, 0)).toEqual([first, second])
    tiles.set(tile(first))
    expect(tiles.missing(span, 20, 0)).toEqual([second])
    tiles.set(tile(second))
    expect(tiles.missing(span, 20, 0)).toEqual([])
  })

  it('shows what is coarser while the finer is missing, then what is finer; the best there is', () => {
    const tiles = new SeriesTiles()
    const coarse = tile({ level: 21, index: 4 }, { resolution: 'hour' })
    tiles.set(coarse)
    expect(tiles.best(span, 20).map((piece) => piece.tile)).toEqual([coarse, coarse])
    expect(tiles.best(span, 20).map((piece) => piece.span)).toEqual([spanOf(first), spanOf(second)])
    const fine = tile(first)
    tiles.set(fine)
    expect(tiles.best(span, 20).map((piece) => piece.tile)).toEqual([fine, coarse])
  })

  it('shows the parts of what was looked at closer when a person looks from further away', () => {
    const tiles = new SeriesTiles()
    const child = tile({ level: 19, index: 17 })
    tiles.set(child)
    expect(tiles.best(span, 20)).toEqual([{ tile: child, span: spanOf(child.id) }])
  })

  it('asks for nothing finer than every sample', () => {
    const tiles = new SeriesTiles()
    tiles.set(tile({ level: 22, index: 2 }, { exact: true }))
    expect(tiles.missing(span, 20, 0)).toEqual([])
  })

  it('reads the tile that was not over yet again, when live samples no longer reach back to it', () => {
    const tiles = new SeriesTiles()
    const readAt = spanOf(second).min + 10_000
    tiles.set(tile(first, { readAt }))
    tiles.set(tile(second, { readAt }))
    expect(tiles.missing({ ...span, max: readAt + 30_000 }, 20, readAt)).toEqual([])
    expect(tiles.missing({ ...span, max: readAt + 61_000 }, 20, readAt)).toEqual([second])
  })

  it('draws a late sample in its place at once, and reads the tile again a little later', () => {
    const tiles = new SeriesTiles()
    const { min } = spanOf(first)
    const readAt = span.max
    tiles.set(tile(first, { numbers: points(min + 1, min + 5), readAt }))
    tiles.set(tile(second, { readAt }))
    tiles.addLate('numbers', min + 3, 7)
    tiles.addLate('numbers', min + 5, 8)
    const drawn = tiles.best(span, 20)[0]?.tile.numbers
    expect([...(drawn?.times ?? [])]).toEqual([min + 1, min + 3, min + 5])
    expect([...(drawn?.values ?? [])]).toEqual([min + 1, 7, 8])
    expect(tiles.missing(span, 20, readAt + 4_000)).toEqual([])
    expect(tiles.missing(span, 20, readAt + 6_000)).toEqual([first])
  })

  it('keeps no more than a bounded number of tiles, those that were used last', () => {
    const tiles = new SeriesTiles()
    for (let index = 0; index < 500; index += 1) {
      tiles.set(tile({ level: 20, index }))
      tiles.best({ min: 0, max: 2 ** 21 }, 20)
    }
    expect(tiles.missing({ min: 0, max: 2 ** 21 }, 20, 0)).toEqual([])
    expect(tiles.missing(span, 20, 0)).toEqual([first, second])
  })
})
