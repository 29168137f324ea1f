import type { Resolution, TelemetryValue } from '@heliograph/protocol'
import { type Point, type Series, seriesParameters, seriesTable } from '../query/series.js'
import type { RowReader, Statement } from '../query/statement.js'
import { bucketUs, type Piece, piecesOf, piecesSql } from '../resolution/pieces.js'

export interface Preselected {
  series: Series
  numbers: Point<number>[]
  others: Point<TelemetryValue>[]
}

export interface PreselectRequest {
  series: readonly Series[]
  resolution: Resolution
  fromUs: number
  toUs: number
  points: number
  /** Whether there is anything else than numbers. */
  withOthers: boolean
}

/**
 * Of each small part of the range (half a point wide, and never less than a bucket of the roll-up) the first, the least,
 * the greatest and the last number, and the last of the other values, chosen within the database.
 */
export async function preselect(reader: RowReader, request: PreselectRequest): Promise<Preselected[]> {
  const found: Preselected[] = request.series.map((series) => ({ series, numbers: [], others: [] }))
  const numbers = await reader.rows<NumbersRow>(numbersStatement(request))
  for (const row of numbers) addRising(found[row.idx]?.numbers, cornersOf(row))
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
  const { sql, values } = piecesSql(pieces(request), 4)
  // An array is compared by its first element first, so its minimum is the row where that is least.
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
    values: [...seriesParameters(request.series), partUs(request, 2), ...values],
  }
}

export function othersStatement(request: PreselectRequest): Statement {
  const { sql, values } = piecesSql(pieces(request), 4)
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
    values: [...seriesParameters(request.series), partUs(request, 1), ...values],
  }
}

function pieces({ resolution, fromUs, toUs }: PreselectRequest): Piece[] {
  return piecesOf(resolution, fromUs, toUs)
}

function partUs({ resolution, fromUs, toUs, points }: PreselectRequest, partsPerPoint: number): number {
  const unit = bucketUs[resolution]
  return Math.max(1, Math.ceil((toUs - fromUs) / (partsPerPoint * points) / unit)) * unit
}

function cornersOf(row: NumbersRow): Point<number>[] {
  return [
    { tsUs: row.first_us, value: row.first },
    { tsUs: row.least_us, value: row.least },
    { tsUs: row.greatest_us, value: row.greatest },
    { tsUs: row.last_us, value: row.last },
  ].sort((a, b) => a.tsUs - b.tsUs)
}

/** One corner may be another too. Times stay apart even where two different ones had to share a microsecond. */
function addRising(into: Point<number>[] | undefined, corners: readonly Point<number>[]): void {
  for (const { tsUs, value } of corners) {
    const before = into?.at(-1)
    if (before !== undefined && before.tsUs >= tsUs) {
      if (before.value === value) continue
      into?.push({ tsUs: before.tsUs + 1, value })
    } else into?.push({ tsUs, value })
  }
}
