import type { Resolution } from '@heliograph/protocol'
import { Injectable } from '@nestjs/common'
import { InvalidError } from '../../../foundation/errors/domain-errors.js'
import type { AggregateQuery } from '../query/history-query.js'
import { ReadingPool } from '../query/reading-pool.js'
import type { Point, Series } from '../query/series.js'
import { mostRawScanned } from '../resolution/choose-resolution.js'
import { piecesOf } from '../resolution/pieces.js'
import { type Extent, survey } from '../resolution/survey.js'
import { aggregateStatement, fractionOf, resolutionFor } from './aggregate-statement.js'
import { fillGaps } from './fill.js'
import { countOf, type Intervals, intervalsFor, intervalsOf } from './intervals.js'

export interface Aggregated {
  found: { series: Series; points: Point<number | null>[] }[]
  resolution: Resolution
  intervalMs: number
}

/** Items that one answer may have. */
const mostItems = 100_000

/** One value for each key and interval. */
@Injectable()
export class AggregateReader {
  constructor(private readonly pool: ReadingPool) {}

  /** Throws an InvalidError for more intervals, or more raw samples to read, than one request may ask for. */
  async read(series: readonly Series[], query: AggregateQuery): Promise<Aggregated> {
    const extents = await survey(this.pool, series, query.fromUs, query.toUs)
    const range = askedRange(query, extents)
    const intervals =
      query.intervalUs === null
        ? intervalsFor(range.fromUs, range.toUs, query.points ?? 1)
        : intervalsOf(query.intervalUs)
    const resolution = resolutionFor(query.aggregate, intervals)
    checkItems(query, extents, series.length * countOf(intervals, range.fromUs, range.toUs))
    if (resolution === 'raw') checkRaw(query.aggregate, extents)

    const points = await this.readPoints(series, query.aggregate, intervals, resolution, extents)
    const filled = filledRange(query, range, intervals, points)
    return {
      found: series.map((one, index) => ({
        series: one,
        points: fillGaps(points[index] ?? [], query.fill, intervals, filled.fromUs, filled.toUs),
      })),
      resolution,
      intervalMs: intervals.lengthUs / 1_000,
    }
  }

  private async readPoints(
    series: readonly Series[],
    aggregate: string,
    intervals: Intervals,
    resolution: Resolution,
    extents: Extents,
  ): Promise<Point<number | null>[][]> {
    const points: Point<number | null>[][] = series.map(() => [])
    const { fromUs, toUs } = knownRange(extents)
    const pieces = piecesOf(resolution, fromUs, toUs)
    if (pieces.length === 0) return points
    const rows = await this.pool.rows<Row>(aggregateStatement(series, aggregate, intervals, pieces))
    for (const { idx, at, value } of rows)
      points[idx]?.push({ tsUs: at * intervals.lengthUs + intervals.originUs, value: finite(value) })
    return points
  }
}

type Extents = readonly (Extent | null)[]

interface Range {
  fromUs: number
  toUs: number
}

interface Row {
  idx: number
  at: number
  value: number | null
}

/** Where there is anything at all, within what was asked. */
function knownRange(extents: Extents): Range {
  const known = extents.filter((extent) => extent !== null)
  if (known.length === 0) return { fromUs: 0, toUs: 0 }
  return {
    fromUs: Math.min(...known.map((extent) => extent.fromUs)),
    toUs: Math.max(...known.map((extent) => extent.toUs)),
  }
}

/** As it was asked; an end that was left open is where the samples end. */
function askedRange({ from, to, fromUs, toUs }: AggregateQuery, extents: Extents): Range {
  const known = knownRange(extents)
  const range = { fromUs: from ? fromUs : known.fromUs, toUs: to ? toUs : known.toUs }
  return range.fromUs <= range.toUs ? range : { fromUs: 0, toUs: 0 }
}

/** An open end is filled as far as there are values, to the interval; `known` is only to the minute or hour. */
function filledRange(
  { from, to }: AggregateQuery,
  range: Range,
  { lengthUs }: Intervals,
  points: readonly (readonly Point<number | null>[])[],
): Range {
  const ends = points.flatMap((one) => [one[0], one.at(-1)].flatMap((point) => point?.tsUs ?? []))
  if (ends.length === 0) return from && to ? range : { fromUs: 0, toUs: 0 }
  return {
    fromUs: from ? range.fromUs : Math.min(...ends),
    toUs: to ? range.toUs : Math.max(...ends) + lengthUs,
  }
}

function checkItems({ fill }: AggregateQuery, extents: Extents, intervals: number): void {
  const items = fill === 'none' ? Math.min(intervals, samplesOf(extents)) : intervals
  if (items <= mostItems) return
  const message = `makes ${said(items)} values in this range; at most ${said(mostItems)} are given`
  throw new InvalidError(`interval: ${message}`, 'too_many_items', [{ path: 'interval', message }])
}

function checkRaw(aggregate: string, extents: Extents): void {
  const samples = samplesOf(extents)
  if (samples <= mostRawScanned) return
  const what =
    fractionOf(aggregate) === null ? 'an interval that is no whole number of minutes' : 'a percentile'
  const message = `the range holds about ${said(samples)} samples; ${what} is computed from at most ${said(mostRawScanned)}. Ask for a shorter range or fewer keys`
  throw new InvalidError(`from: ${message}`, 'range_too_large', [{ path: 'from', message }])
}

function samplesOf(extents: Extents): number {
  return extents.reduce((sum, extent) => sum + (extent === null ? 0 : extent.numbers + extent.others), 0)
}

function said(count: number): string {
  return count.toLocaleString('en')
}

/** A sum beyond the range of a double is kept as infinite, which JSON cannot say. */
function finite(value: number | null): number | null {
  return value !== null && Number.isFinite(value) ? value : null
}
