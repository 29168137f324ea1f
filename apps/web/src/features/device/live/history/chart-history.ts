import type { Sample, TelemetryValue } from '@heliograph/protocol'
import { platformNow } from '@/lib/platform-clock'
import { clipped, joined, type Points, type Resolution } from '../telemetry/points'
import type { Span } from '../telemetry/span'
import { kindOf, numberOf, type SeriesKind, type StateLabels } from '../telemetry/state-labels'
import { SeriesTiles, type Tile } from './series-tiles'
import { levelFor, nameOf, POINTS_PER_TILE, runsOf, spanOf, type TileId, tilesIn } from './tiles'

/** One key of one device. */
export interface SeriesRef {
  device: string
  key: string
}

export interface HistoryRequest {
  devices: readonly string[]
  keys: readonly string[]
  from: number
  to: number
  points: number
}

export interface HistoryAnswer {
  items: readonly (Sample & { device: string })[]
  resolution: Resolution
  thinned: boolean
}

export interface HistoryStatus {
  loading: boolean
  /** Why history could not be read, the last time; what was read before is still shown. */
  error: unknown
}

/** A series, and the span of it that is looked at. */
export interface Wanted {
  ref: SeriesRef
  span: Span
}

interface ChartHistoryOptions {
  /** Whose page it is: its keys are read together, each key of all others together. */
  device: string
  fetch(request: HistoryRequest, signal: AbortSignal): Promise<HistoryAnswer>
  labelsOf(ref: SeriesRef): StateLabels
}

/** The points of a key in a span. */
export interface HistoryPart {
  points: Points
  resolution: Resolution
  exact: boolean
  /** How far apart its points are where they stand for several samples. */
  stepMs: number
}

interface Batch {
  refs: SeriesRef[]
  tiles: TileId[]
}

const RETRY_AFTER_MS = 5_000
/** History is read once a person has stopped zooming or dragging. */
const DEBOUNCE_MS = 80
/** Series of one request: more would be more than an answer should hold. */
const SERIES_AT_ONCE = 8
const REQUESTS_AT_ONCE = 3

/** The history behind the charts: reads missing tiles, keeps them, and drops those that were not used for long. */
export class ChartHistory {
  readonly #series = new Map<string, SeriesTiles>()
  /** The last result for each series: a followed chart shows the same tiles for many frames. */
  readonly #parts = new Map<string, { where: string; part: HistoryPart }>()
  readonly #listeners = new Set<() => void>()
  readonly #running = new Map<string, AbortController>()
  #status: HistoryStatus = { loading: false, error: null }
  #revision = 0
  #wanted: { wanted: readonly Wanted[]; level: number } | null = null
  #timer: ReturnType<typeof setTimeout> | undefined
  #retryAt = 0

  constructor(private readonly options: ChartHistoryOptions) {}

  /** Changes with everything that can be drawn. */
  get revision(): number {
    return this.#revision
  }

  readonly status = (): HistoryStatus => this.#status

  readonly listen = (listener: () => void): (() => void) => {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /**
   * Says what is looked at in a picture of `viewMs`: of each series the span that is not kept elsewhere. May be told
   * with every frame.
   */
  want(wanted: readonly Wanted[], viewMs: number): void {
    this.#wanted = { wanted, level: levelFor(viewMs) }
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined
      this.#read()
    }, DEBOUNCE_MS)
  }

  part(ref: SeriesRef, span: Span, kind: SeriesKind, viewMs: number): HistoryPart {
    const name = `${ref.device} ${ref.key} ${kind}`
    const level = levelFor(viewMs)
    const shown = tilesIn(span, level)
    const where = `${this.#revision} ${shown.map(nameOf).join()}`
    const known = this.#parts.get(name)
    if (known?.where === where) return known.part
    const part = this.#assemble(this.#of(ref).best(span, level), kind)
    this.#parts.set(name, { where, part })
    return part
  }

  #assemble(pieces: { tile: Tile; span: Span }[], kind: SeriesKind): HistoryPart {
    return {
      points: joined(pieces.map((piece) => clipped(piece.tile[kind], piece.span))),
      resolution: coarsest(pieces.map(({ tile }) => tile.resolution)),
      exact: pieces.every(({ tile }) => tile.exact),
      stepMs: Math.max(0, ...pieces.map(({ tile }) => stepOf(tile))),
    }
  }

  addLate(ref: SeriesRef, ts: number, value: TelemetryValue): void {
    const kind = kindOf(value)
    if (kind === null) return
    const code = numberOf(value) ?? this.options.labelsOf(ref).codeOf(value)
    this.#of(ref).addLate(kind, ts, code)
    this.#revision += 1
  }

  /** Marks all tiles as incomplete, as missed messages may have held late samples. */
  markStale(): void {
    for (const tiles of this.#series.values()) tiles.markStale()
    this.#revision += 1
  }

  stop(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    this.#wanted = null
    for (const running of this.#running.values()) running.abort()
    this.#running.clear()
  }

  #read(): void {
    const batches = this.#batches()
    const names = new Set(batches.map(nameOfBatch))
    // Requests for tiles that are no longer in sight are aborted.
    for (const [name, running] of this.#running) {
      if (names.has(name)) continue
      running.abort()
      this.#running.delete(name)
    }
    if (platformNow() >= this.#retryAt) {
      for (const batch of batches) {
        if (this.#running.size >= REQUESTS_AT_ONCE) break
        if (!this.#running.has(nameOfBatch(batch))) void this.#fetch(batch)
      }
    }
    this.#notify({ ...this.#status, loading: this.#running.size > 0 })
  }

  /** The missing tiles in as few requests as possible: keys that lack the same tiles share a request. */
  #batches(): Batch[] {
    if (this.#wanted === null) return []
    const { wanted, level } = this.#wanted
    const batches = new Map<string, Batch>()
    for (const { ref, span } of wanted) {
      const among = ref.device === this.options.device ? '' : ref.key
      for (const tiles of runsOf(this.#of(ref).missing(span, level, platformNow()))) {
        let name = `${tiles.map(nameOf).join()} ${among}`
        while ((batches.get(name)?.refs.length ?? 0) >= SERIES_AT_ONCE) name += '+'
        const batch = batches.get(name)
        if (batch === undefined) batches.set(name, { refs: [ref], tiles })
        else batch.refs.push(ref)
      }
    }
    return [...batches.values()]
  }

  async #fetch(batch: Batch): Promise<void> {
    const { refs, tiles } = batch
    const [first, last] = [tiles[0], tiles.at(-1)]
    if (first === undefined || last === undefined) return
    const name = nameOfBatch(batch)
    const abort = new AbortController()
    this.#running.set(name, abort)
    const sentAt = platformNow()
    const request = {
      devices: [...new Set(refs.map(({ device }) => device))],
      keys: [...new Set(refs.map(({ key }) => key))],
      from: spanOf(first).min,
      to: spanOf(last).max,
      points: POINTS_PER_TILE * tiles.length,
    }
    try {
      const answer = await this.options.fetch(request, abort.signal)
      if (abort.signal.aborted) return
      this.#take(batch, answer, sentAt)
      this.#status = { ...this.#status, error: null }
    } catch (error) {
      if (abort.signal.aborted) return
      this.#retryAt = platformNow() + RETRY_AFTER_MS
      setTimeout(() => this.#read(), RETRY_AFTER_MS)
      this.#status = { ...this.#status, error }
    }
    this.#running.delete(name)
    this.#revision += 1
    this.#read()
  }

  #take({ refs, tiles }: Batch, answer: HistoryAnswer, sentAt: number): void {
    for (const ref of refs) {
      const points = splitByKind(answer.items, ref, this.options.labelsOf(ref))
      for (const id of tiles) {
        this.#of(ref).set({
          id,
          numbers: clipped(points.numbers, spanOf(id)),
          states: clipped(points.states, spanOf(id)),
          resolution: answer.resolution,
          exact: answer.resolution === 'raw' && !answer.thinned,
          readAt: sentAt,
          stale: false,
        } satisfies Tile)
      }
    }
  }

  #of({ device, key }: SeriesRef): SeriesTiles {
    const name = `${device} ${key}`
    const known = this.#series.get(name)
    if (known !== undefined) return known
    const tiles = new SeriesTiles()
    this.#series.set(name, tiles)
    return tiles
  }

  #notify(status: HistoryStatus): void {
    this.#status = status
    for (const listener of this.#listeners) listener()
  }
}

const nameOfBatch = ({ refs, tiles }: Batch) => `${tiles.map(nameOf).join()} ${JSON.stringify(refs)}`

function splitByKind(items: HistoryAnswer['items'], { device, key }: SeriesRef, labels: StateLabels) {
  const parts = { numbers: [[], []] as [number[], number[]], states: [[], []] as [number[], number[]] }
  for (const item of items) {
    const kind = item.key === key && item.device === device ? kindOf(item.value) : null
    if (kind === null) continue
    parts[kind][0].push(item.ts)
    parts[kind][1].push(numberOf(item.value) ?? labels.codeOf(item.value))
  }
  const points = ([times, values]: [number[], number[]]): Points => ({
    times: Float64Array.from(times),
    values: Float64Array.from(values),
  })
  return { numbers: points(parts.numbers), states: points(parts.states) }
}

function stepOf({ id, exact, resolution }: Tile): number {
  const { min, max } = spanOf(id)
  return exact ? 0 : Math.max((max - min) / POINTS_PER_TILE, BUCKET_MS[resolution])
}

const BUCKET_MS: Record<Resolution, number> = { raw: 0, minute: 60_000, hour: 3_600_000 }
const RESOLUTIONS: readonly Resolution[] = ['raw', 'minute', 'hour']

const coarsest = (known: readonly Resolution[]): Resolution =>
  RESOLUTIONS.findLast((resolution) => known.includes(resolution)) ?? 'raw'
