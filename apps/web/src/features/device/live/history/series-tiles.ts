import type { Points, Resolution } from '../telemetry/points'
import type { Span } from '../telemetry/span'
import { childrenOf, nameOf, parentOf, spanOf, type TileId, tilesIn } from './tiles'

/** The points of one key in one tile. */
export interface Tile {
  id: TileId
  numbers: Points
  states: Points
  resolution: Resolution
  /** Every sample is here: looking closer shows nothing more. */
  exact: boolean
  /** When it was asked for (epoch milliseconds): it is complete up to a little before. */
  readAt: number
  /** Something came later that belongs here: it is shown until it is read anew. */
  stale: boolean
}

/** The number of tiles kept of a key; the least recently used go first. */
const MAXIMUM_TILES = 96
/** A tile that gets late samples is read again at most this often. */
const STALE_FOR_MS = 5_000
/** Up to here the end of a tile may lag behind: the live samples that are drawn after it begin earlier. */
const OVERLAP_MS = 60_000
const [ANCESTORS, DESCENDANTS] = [12, 4]

/** The history of one key that has been read, at whatever resolutions. */
export class SeriesTiles {
  readonly #tiles = new Map<string, Tile>()

  set(tile: Tile): void {
    const name = nameOf(tile.id)
    this.#tiles.delete(name)
    this.#tiles.set(name, tile)
    for (const oldest of this.#tiles.keys()) {
      if (this.#tiles.size <= MAXIMUM_TILES) break
      this.#tiles.delete(oldest)
    }
  }

  /** The tiles that have to be read before a span can be shown as finely as a level is. */
  missing(span: Span, level: number, now: number): TileId[] {
    return tilesIn(span, level).filter((id) => {
      const known = this.#asFineAs(id)
      if (known === undefined) return true
      if (known.stale && now - known.readAt > STALE_FOR_MS) return true
      return known.readAt + OVERLAP_MS < Math.min(spanOf(id).max, span.max)
    })
  }

  /** The best there is for a span, in order; nothing where nothing was read yet. */
  best(span: Span, level: number): { tile: Tile; span: Span }[] {
    return tilesIn(span, level).flatMap((id) => this.#bestOf(id))
  }

  /** A sample of long ago that has just come: shown at its place now, and read with all others later. */
  addLate(kind: 'numbers' | 'states', ts: number, value: number): void {
    for (const tile of this.#tiles.values()) {
      const { min, max } = spanOf(tile.id)
      if (ts < min || ts >= max) continue
      tile[kind] = withPoint(tile[kind], ts, value)
      tile.stale = true
    }
  }

  /** Marks all tiles as incomplete, so that they are read again. */
  markStale(): void {
    for (const tile of this.#tiles.values()) tile.stale = true
  }

  #bestOf(id: TileId): { tile: Tile; span: Span }[] {
    const known = this.#asFineAs(id) ?? this.#coarser(id)
    if (known !== undefined) return [{ tile: known, span: spanOf(id) }]
    return this.#finer(id, DESCENDANTS)
  }

  #get(id: TileId): Tile | undefined {
    const name = nameOf(id)
    const tile = this.#tiles.get(name)
    if (tile === undefined) return
    // The last in a map's order is the last to go.
    this.#tiles.delete(name)
    this.#tiles.set(name, tile)
    return tile
  }

  /** The tile itself or, where looking closer shows no more, a larger one around it. */
  #asFineAs(id: TileId): Tile | undefined {
    const own = this.#get(id)
    if (own !== undefined) return own
    let at = id
    for (let step = 0; step < ANCESTORS; step += 1) {
      at = parentOf(at)
      const tile = this.#get(at)
      if (tile?.exact) return tile
    }
    return
  }

  #coarser(id: TileId): Tile | undefined {
    let at = id
    for (let step = 0; step < ANCESTORS; step += 1) {
      at = parentOf(at)
      const tile = this.#get(at)
      if (tile !== undefined) return tile
    }
    return
  }

  #finer(id: TileId, depth: number): { tile: Tile; span: Span }[] {
    const own = this.#get(id)
    if (own !== undefined) return [{ tile: own, span: spanOf(id) }]
    return depth === 0 ? [] : childrenOf(id).flatMap((child) => this.#finer(child, depth - 1))
  }
}

function withPoint({ times, values }: Points, ts: number, value: number): Points {
  let at = times.length
  while (at > 0 && (times[at - 1] as number) >= ts) at -= 1
  const replaces = times[at] === ts ? 1 : 0
  return {
    times: Float64Array.from([...times.subarray(0, at), ts, ...times.subarray(at + replaces)]),
    values: Float64Array.from([...values.subarray(0, at), value, ...values.subarray(at + replaces)]),
  }
}
