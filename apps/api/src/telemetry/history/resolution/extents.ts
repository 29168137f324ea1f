import { type Series, seriesParameters, seriesTable, type TimeRange } from '../query/series.js'
import type { RowReader, Statement } from '../query/statement.js'
import { bucketUs, hourUs } from './table-ranges.js'

/** How much a series has in a range, and from when to when, to the minute or hour. */
export interface Extent {
  numbers: number
  others: number
  /** Where the first bucket begins and the last ends, cut to the range. */
  fromUs: number
  toUs: number
}

/** Up to this length the extents of a range are read to the minute. */
const longestByMinuteUs = 12 * hourUs

/** Reads the extents of the series in a range from roll-ups; null for a series without samples there. */
export async function readExtents(
  reader: RowReader,
  series: readonly Series[],
  { fromUs, toUs }: TimeRange,
): Promise<(Extent | null)[]> {
  const resolution = toUs - fromUs <= longestByMinuteUs ? 'minute' : 'hour'
  const unit = bucketUs[resolution]
  const found = await reader.rows<Found>(extentsStatement(series, resolution, { fromUs, toUs }))
  return found.map(({ numbers, others, first_ts, last_ts }) =>
    first_ts === null || last_ts === null
      ? null
      : { numbers, others, fromUs: Math.max(fromUs, first_ts), toUs: Math.min(toUs, last_ts + unit) },
  )
}

interface Found {
  numbers: number
  others: number
  first_ts: number | null
  last_ts: number | null
}

export function extentsStatement(
  series: readonly Series[],
  resolution: 'minute' | 'hour',
  { fromUs, toUs }: TimeRange,
): Statement {
  const unit = bucketUs[resolution]
  return {
    text: `
      SELECT coalesce(found.numbers, 0)::float8 AS numbers, coalesce(found.others, 0)::float8 AS others,
        found.first_ts::float8 AS first_ts, found.last_ts::float8 AS last_ts
      FROM ${seriesTable}
      CROSS JOIN LATERAL (
        SELECT sum(count) AS numbers, sum(other_count) AS others, min(ts) AS first_ts, max(ts) AS last_ts
        FROM telemetry.${resolution}
        WHERE device_key = s.device_key AND key_id = s.key_id AND ts >= $3::bigint AND ts < $4::bigint
      ) AS found
      ORDER BY s.idx`,
    values: [...seriesParameters(series), Math.floor(fromUs / unit) * unit, toUs],
  }
}
