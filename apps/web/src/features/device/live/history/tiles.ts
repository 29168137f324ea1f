import type { Span } from '../telemetry/span'

/** A stretch of time that is fetched and kept as one: the nth of its level's length since 1970. */
export interface TileId {
  level: number
  index: number
}

/** Twice as many make the chart of the widest screen as dense as its pixels. */
export const POINTS_PER_TILE = 512
/** Tiles of a level are 2 ** level milliseconds long: from an eighth of a second to 27 days. */
const [LOWEST, HIGHEST] = [7, 31]

/** The level of which a span shows two to four tiles, so that each has about a point for every pixel. */
export function levelFor(spanMs: number): number {
  return Math.min(HIGHEST, Math.max(LOWEST, Math.floor(Math.log2(spanMs / 2))))
}

export function spanOf({ level, index }: TileId): Span {
  const lengthMs = 2 ** level
  return { min: index * lengthMs, max: (index + 1) * lengthMs }
}

/** The tiles of a level that hold any of a span, which ends before `max`. */
export function tilesIn({ min, max }: Span, level: number): TileId[] {
  const lengthMs = 2 ** level
  const first = Math.max(0, Math.floor(min / lengthMs))
  const count = Math.max(0, Math.ceil(max / lengthMs) - first)
  return Array.from({ length: count }, (_, offset) => ({ level, index: first + offset }))
}

export const parentOf = ({ level, index }: TileId): TileId => ({
  level: level + 1,
  index: Math.floor(index / 2),
})

export const childrenOf = ({ level, index }: TileId): [TileId, TileId] => [
  { level: level - 1, index: index * 2 },
  { level: level - 1, index: index * 2 + 1 },
]

export const nameOf = ({ level, index }: TileId): string => `${level}/${index}`

/** Neighbours, in order, joined into runs, so that each run is one request. */
export function runsOf(tiles: readonly TileId[]): TileId[][] {
  const runs: TileId[][] = []
  for (const tile of tiles) {
    const run = runs.at(-1)
    if (run !== undefined && run[0]?.level === tile.level && run.at(-1)?.index === tile.index - 1)
      run.push(tile)
    else runs.push([tile])
  }
  return runs
}
