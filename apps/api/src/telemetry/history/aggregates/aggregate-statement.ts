import type { Resolution } from '@heliograph/protocol'
import { type Series, seriesParameters, seriesTable } from '../query/series.js'
import type { Statement } from '../query/statement.js'
import { hourUs, minuteUs, type TableRange, tableRangesSql } from '../resolution/table-ranges.js'
import type { Intervals } from './intervals.js'

/** How each aggregate is computed from the buckets of an interval. `count` counts all samples, the others numbers. */
const expressions: Readonly<Record<string, string>> = {
  avg: 'sum(bucket.sum) / sum(bucket.count)',
  min: 'min(bucket.min)',
  max: 'max(bucket.max)',
  sum: 'sum(bucket.sum)',
  count: 'sum(bucket.count + bucket.other_count)',
  // Arrays are compared by their first element, so this is the value at the earliest, or the latest, time.
  first: '(min(ARRAY[bucket.first_ts::float8, bucket.first]))[2]',
  last: '(max(ARRAY[bucket.last_ts::float8, bucket.last]))[2]',
}

/** The part of the numbers that a percentile lies above, 0.95 for `p95`; null for the other aggregates. */
export function fractionOf(aggregate: string): number | null {
  const percent = /^p(\d+(?:\.\d+)?)$/.exec(aggregate)?.[1]
  return percent === undefined ? null : Number(percent) / 100
}

/** Intervals and, where they are days of a time zone, the beginnings of those to be read. */
export interface IntervalsToRead {
  intervals: Intervals
  /** Ascending; null for intervals of one length. */
  starts: readonly number[] | null
}

/** The coarsest data that gives an aggregate: no bucket may lie in two intervals, and percentiles need each sample. */
export function resolutionFor(aggregate: string, { intervals, starts }: IntervalsToRead): Resolution {
  if (fractionOf(aggregate) !== null) return 'raw'
  // Days of a zone such as Asia/Kolkata begin at half an hour.
  const aligned = (unitUs: number) => (starts ?? [intervals.lengthUs]).every((us) => us % unitUs === 0)
  if (aligned(hourUs)) return 'hour'
  return aligned(minuteUs) ? 'minute' : 'raw'
}

/** One row for each series and interval that has a value; `at` is when the interval begins. */
export function aggregateStatement(
  series: readonly Series[],
  aggregate: string,
  { intervals, starts }: IntervalsToRead,
  ranges: readonly TableRange[],
): Statement {
  const grid = starts === null ? [intervals.lengthUs, intervals.originUs] : [starts]
  const parameters: unknown[] = [...seriesParameters(series), ...grid]
  const at =
    starts === null
      ? '(bucket.ts - $4::bigint) / $3::bigint * $3::bigint + $4::bigint'
      : '($3::bigint[])[width_bucket(bucket.ts, $3::bigint[])]'
  const fraction = fractionOf(aggregate)
  const value =
    fraction === null
      ? expressions[aggregate]
      : `percentile_cont($${parameters.push(fraction)}::float8) WITHIN GROUP (ORDER BY bucket.min)`
  const { sql, values } = tableRangesSql(ranges, parameters.length + 1)
  return {
    text: `
      SELECT s.idx, found.at::float8 AS at, found.value::float8 AS value
      FROM ${seriesTable}
      CROSS JOIN LATERAL (
        SELECT ${at} AS at, ${value} AS value
        FROM (${sql}) AS bucket
        ${aggregate === 'count' ? '' : 'WHERE bucket.count > 0'}
        GROUP BY 1
      ) AS found
      ORDER BY s.idx, found.at`,
    values: [...parameters, ...values],
  }
}
