import type { Resolution, TelemetryValue } from '@heliograph/protocol'
import { type Point, type Series, seriesParameters, seriesTable, type TimeRange } from '../query/series.js'
import type { RowReader, Statement } from '../query/statement.js'
import { bucketUs, type TableRange, tableRangesOf, tableRangesSql } from '../resolution/table-ranges.js'

export interface Preselected {
  series: Series
  numbers: Point<number>[]
  others: Point<TelemetryValue>[]
}

export interface PreselectRequest extends TimeRange {
  series: readonly Series[]
  resolution: Resolution
  points: number
  /** Whether the series have values that are not numbers. */
  withOthers: boolean
}

/**
 * The preselection of MinMaxLTTB (see thin-numbers.ts), made by the database: of each part of the range, which is half a
 * point wide but at least a bucket of the roll-up, the first, the minimum, the maximum and the last number, and the last of
 * the other values.
 */
export async function preselect(reader: RowReader, request: PreselectRequest): Promise<Preselected[]> {
  const found: Preselected[] = request.series.map((series) => ({ series, numbers: [], others: [] }))
  const numbers = await reader.rows<NumbersRow>(numbersStatement(request))
  for (const row of numbers) addRising(found[row.idx]?.numbers, extremesOf(row))
  if (!request.withOthers) return found
  const others = await reader.rows<OthersRow>(othersStatement(request))
  for (const { idx, ts, value } of others) found[idx]?.others.push({ tsUs: ts, value })
  return found
}

interface NumbersRow {
  idx: number
  first: number
  first_us: number
  last: number
  last_us: number
  least: number
  least_us: number
  greatest: number
  greatest_us: number
}

interface OthersRow {
  idx: number
  ts: number
  value: TelemetryValue
}

export function numbersStatement(request: PreselectRequest): Statement {
  const { sql, values } = tableRangesSql(rangesOf(request), 4)
  // Arrays are compared by their first element, so the minimum of arrays is the row with the lowest first element.
  return {
    text: `
      SELECT s.idx, first[1] AS first_us, first[2] AS first, last[1] AS last_us, last[2] AS last,
        least[1] AS least, least[2] AS least_us, greatest[1] AS greatest, -greatest[2] AS greatest_us
      FROM ${seriesTable}
      CROSS JOIN LATERAL (
        SELECT bucket.ts / $3::bigint AS part,
          min(ARRAY[first_ts::float8, first]) AS first, max(ARRAY[last_ts::float8, last]) AS last,
          min(ARRAY[min, min_ts::float8]) AS least, max(ARRAY[max, -max_ts::float8]) AS greatest
        FROM (${sql}) AS bucket WHERE bucket.count > 0
        GROUP BY 1
      ) AS found
      ORDER BY s.idx, found.part`,
    values: [...seriesParameters(request.series), partUs(request, { partsPerPoint: 2 }), ...values],
  }
}

export function othersStatement(request: PreselectRequest): Statement {
  const { sql, values } = tableRangesSql(rangesOf(request), 4)
  return {
    text: `
      SELECT s.idx, found.ts::float8 AS ts, found.value
      FROM ${seriesTable}
      CROSS JOIN LATERAL (
        SELECT DISTINCT ON (bucket.ts / $3::bigint) other_last_ts AS ts, other_last AS value
        FROM (${sql}) AS bucket WHERE bucket.other_count > 0
        ORDER BY bucket.ts / $3::bigint, other_last_ts DESC
      ) AS found
      ORDER BY s.idx, found.ts`,
    values: [...seriesParameters(request.series), partUs(request, { partsPerPoint: 1 }), ...values],
  }
}

function rangesOf({ resolution, fromUs, toUs }: PreselectRequest): TableRange[] {
  return tableRangesOf(resolution, fromUs, toUs)
}

function partUs(
  { resolution, fromUs, toUs, points }: PreselectRequest,
  { partsPerPoint }: { partsPerPoint: number },
): number {
  const unit = bucketUs[resolution]
  return Math.max(1, Math.ceil((toUs - fromUs) / (partsPerPoint * points) / unit)) * unit
}

function extremesOf(row: NumbersRow): Point<number>[] {
  return [
    { tsUs: row.first_us, value: row.first },
    { tsUs: row.least_us, value: row.least },
    { tsUs: row.greatest_us, value: row.greatest },
    { tsUs: row.last_us, value: row.last },
  ].sort((a, b) => a.tsUs - b.tsUs)
}

/** One point may be two of the extremes. Different ones get different times, also when they share a microsecond. */
function addRising(into: Point<number>[] | undefined, extremes: readonly Point<number>[]): void {
  for (const { tsUs, value } of extremes) {
    const before = into?.at(-1)
    if (before !== undefined && before.tsUs >= tsUs) {
      if (before.value === value) continue
      into?.push({ tsUs: before.tsUs + 1, value })
    } else into?.push({ tsUs, value })
  }
}
