import type { Resolution } from '@heliograph/protocol'
import { Injectable } from '@nestjs/common'
import { InvalidError } from '../../../foundation/errors/domain-errors.js'
import type { AggregateQuery } from '../query/history-query.js'
import { ReadingPool } from '../query/reading-pool.js'
import type { Point, Series, TimeRange } from '../query/series.js'
import { mostRawScanned } from '../resolution/choose-resolution.js'
import { type Extent, readExtents } from '../resolution/extents.js'
import { tableRangesOf } from '../resolution/table-ranges.js'
import { aggregateStatement, fractionOf, type IntervalsToRead, resolutionFor } from './aggregate-statement.js'
import { fillGaps } from './fill.js'
import { countOf, type Intervals, intervalsFor, intervalsOf, startsOf } from './intervals.js'
import { LocalDays } from './local-days.js'

export interface Aggregated {
  found: { series: Series; points: Point<number | null>[] }[]
  resolution: Resolution
  intervalMs: number
}

/** How many items one answer may have. */
const mostItems = 100_000

/** Reads one value for each series and interval. */
@Injectable()
export class AggregateReader {
  constructor(private readonly pool: ReadingPool) {}

  /** Throws an InvalidError for more intervals, or more raw samples to read, than one request may ask for. */
  async read(series: readonly Series[], query: AggregateQuery): Promise<Aggregated> {
    const extents = await readExtents(this.pool, series, query)
    const range = askedRange(query, extents)
    const intervals = askedIntervals(query, range)
    checkItems(query, extents, series.length * countOf(intervals, range.fromUs, range.toUs))
    const starts = intervals.days === null ? null : startsOf(intervals, knownRange(extents))
    const resolution = resolutionFor(query.aggregate, { intervals, starts })
    if (resolution === 'raw') checkRaw(query.aggregate, extents)

    const points = await this.readPoints(series, query.aggregate, { intervals, starts }, resolution, extents)
    const filled = filledRange(query, range, points)
    return {
      found: series.map((one, index) => ({
        series: one,
        points: fillGaps(points[index] ?? [], query.fill, { intervals, ...filled }),
      })),
      resolution,
      intervalMs: intervals.lengthUs / 1_000,
    }
  }

  private async readPoints(
    series: readonly Series[],
    aggregate: string,
    toRead: IntervalsToRead,
    resolution: Resolution,
    extents: Extents,
  ): Promise<Point<number | null>[][]> {
    const points: Point<number | null>[][] = series.map(() => [])
    const { fromUs, toUs } = knownRange(extents)
    const ranges = tableRangesOf(resolution, fromUs, toUs)
    if (ranges.length === 0) return points
    const rows = await this.pool.rows<Row>(aggregateStatement(series, aggregate, toRead, ranges))
    for (const { idx, at, value } of rows) points[idx]?.push({ tsUs: at, value: finite(value) })
    return points
  }
}

type Extents = readonly (Extent | null)[]

interface Row {
  idx: number
  at: number
  value: number | null
}

/** From the first to the last sample of all series, within what was asked. */
function knownRange(extents: Extents): TimeRange {
  const known = extents.filter((extent) => extent !== null)
  if (known.length === 0) return { fromUs: 0, toUs: 0 }
  return {
    fromUs: Math.min(...known.map((extent) => extent.fromUs)),
    toUs: Math.max(...known.map((extent) => extent.toUs)),
  }
}

/** The range that was asked for; an end that was left open is where the samples end. */
function askedRange({ from, to, fromUs, toUs }: AggregateQuery, extents: Extents): TimeRange {
  const known = knownRange(extents)
  const range = { fromUs: from ? fromUs : known.fromUs, toUs: to ? toUs : known.toUs }
  return range.fromUs <= range.toUs ? range : { fromUs: 0, toUs: 0 }
}

function askedIntervals(
  { intervalUs, points, timeZone }: AggregateQuery,
  { fromUs, toUs }: TimeRange,
): Intervals {
  const days = timeZone === null ? null : new LocalDays(timeZone)
  return intervalUs === null ? intervalsFor(fromUs, toUs, points ?? 1, days) : intervalsOf(intervalUs, days)
}

/** An open end is filled as far as there are values: extents are only exact to the minute or hour. */
function filledRange(
  { from, to }: AggregateQuery,
  range: TimeRange,
  points: readonly (readonly Point<number | null>[])[],
): TimeRange {
  const ends = points.flatMap((one) => [one[0], one.at(-1)].flatMap((point) => point?.tsUs ?? []))
  if (ends.length === 0) return from && to ? range : { fromUs: 0, toUs: 0 }
  return {
    fromUs: from ? range.fromUs : Math.min(...ends),
    // The interval of the last value is the last one.
    toUs: to ? range.toUs : Math.max(...ends) + 1,
  }
}

function checkItems({ fill }: AggregateQuery, extents: Extents, intervals: number): void {
  const items = fill === 'none' ? Math.min(intervals, samplesOf(extents)) : intervals
  if (items <= mostItems) return
  const message = `makes ${formatted(items)} values in this range; at most ${formatted(mostItems)} are given`
  throw new InvalidError(`interval: ${message}`, 'too_many_items', [{ path: 'interval', message }])
}

function checkRaw(aggregate: string, extents: Extents): void {
  const samples = samplesOf(extents)
  if (samples <= mostRawScanned) return
  const what =
    fractionOf(aggregate) === null ? 'an interval that is not a whole number of minutes' : 'a percentile'
  const message = `the range holds about ${formatted(samples)} samples; ${what} is computed from at most ${formatted(mostRawScanned)}. Ask for a shorter range or fewer keys`
  throw new InvalidError(`from: ${message}`, 'range_too_large', [{ path: 'from', message }])
}

function samplesOf(extents: Extents): number {
  return extents.reduce((sum, extent) => sum + (extent === null ? 0 : extent.numbers + extent.others), 0)
}

function formatted(count: number): string {
  return count.toLocaleString('en')
}

/** A sum beyond the range of a double is stored as infinity, which JSON does not have. */
function finite(value: number | null): number | null {
  return value !== null && Number.isFinite(value) ? value : null
}
