import type { ChartHistory, SeriesRef } from '../history/chart-history'
import { indexAt } from '../telemetry/index-at'
import type { KeySeries } from '../telemetry/key-series'
import type { Points, Resolution } from '../telemetry/points'
import type { Span } from '../telemetry/span'
import type { SeriesKind } from '../telemetry/state-labels'
import type { TelemetryStore } from '../telemetry/telemetry-store'
import type { LinePart } from './thin'

/** The points of a series to draw: its parts in order, and what they were read from. */
export interface Drawn {
  parts: LinePart[]
  resolution: Resolution
  /** Every stored sample of the span is among them. */
  exact: boolean
}

const EMPTY: Drawn = { parts: [], resolution: 'raw', exact: true }

/** One key of one device as charts draw it: what was read of its past and, from a seam on, what is kept sample by sample. */
export class ChartSeries {
  constructor(
    readonly ref: SeriesRef,
    private readonly store: TelemetryStore,
    private readonly history: ChartHistory,
    /** A state holds for as long as a message may be waited for. */
    private readonly expectedIntervalMs: number,
  ) {}

  get series(): KeySeries | undefined {
    return this.store.series(this.ref.key)
  }

  get kind(): SeriesKind {
    return this.series?.kind ?? 'numbers'
  }

  /** The part of a span that has to be read from history; null when all of it is kept here. */
  past({ min, max }: Span, now: number): Span | null {
    const seam = this.store.seamOf(this.ref.key)
    return seam <= min ? null : { min, max: Math.min(max, seam, now) }
  }

  /** A span, and the sample before it, so that a line comes in from the left. */
  drawn({ min, max }: Span): Drawn {
    const { kind, series } = this
    if (series === undefined) return EMPTY
    const seam = this.store.seamOf(this.ref.key)
    const live = seam > max ? [] : [this.#part(from(series.drawn, Math.max(min, seam), seam <= min), 0)]
    if (seam <= min) return { ...EMPTY, parts: live }
    const past = this.history.part(this.ref, { min, max: Math.min(max, seam) }, kind, max - min)
    const points = before(from(past.points, min, true), seam)
    return {
      parts: [this.#part(points, past.stepMs), ...live],
      resolution: past.resolution,
      exact: past.exact,
    }
  }

  #part(points: Points, stepMs: number): LinePart {
    const gapMs = gapOf(points.times, stepMs)
    return { ...points, gapMs: this.kind === 'states' ? Math.max(gapMs, this.expectedIntervalMs) : gapMs }
  }
}

function from({ times, values }: Points, ts: number, andOneBefore: boolean): Points {
  const at = Math.max(0, indexAt(times, ts) - Number(andOneBefore))
  return { times: times.subarray(at), values: values.subarray(at) }
}

function before({ times, values }: Points, ts: number): Points {
  const end = indexAt(times, ts)
  return { times: times.subarray(0, end), values: values.subarray(0, end) }
}

const LOOKED_AT = 64
/** This many times the usual interval without a sample is a gap. */
const FACTOR = 4
const MINIMUM_GAP_MS = 5_000

/**
 * From how long a pause on a series has a gap, judged by its own usual interval: a straight line across would claim what
 * nobody measured. `stepMs` is how far apart its points are where they stand for several samples.
 */
export function gapOf(times: Float64Array, stepMs = 0): number {
  const lately = times.subarray(-LOOKED_AT)
  const intervals: number[] = []
  for (let index = 1; index < lately.length; index += 1)
    intervals.push((lately[index] as number) - (lately[index - 1] as number))
  intervals.sort((a, b) => a - b)
  const usual = intervals[intervals.length >> 1] ?? Number.POSITIVE_INFINITY
  return Math.max(MINIMUM_GAP_MS, Math.max(usual, stepMs) * FACTOR)
}
