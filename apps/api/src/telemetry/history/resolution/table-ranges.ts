import type { Resolution } from '@heliograph/protocol'

/** A part of a range of time that is read from one table: samples, or the roll-up by minute or hour. */
export interface TableRange {
  resolution: Resolution
  fromUs: number
  toUs: number
}

export const minuteUs = 60_000_000
export const hourUs = 60 * minuteUs

export const bucketUs = { raw: 1, minute: minuteUs, hour: hourUs } as const satisfies Record<
  Resolution,
  number
>

/**
 * Splits a range: whole hours (or minutes) are read from the roll-up, and what is left at both ends from the next finer
 * table, so that nothing outside of the range is counted and nothing within is left out.
 */
export function tableRangesOf(resolution: Resolution, fromUs: number, toUs: number): TableRange[] {
  if (fromUs >= toUs) return []
  if (resolution === 'raw') return [{ resolution, fromUs, toUs }]
  const finer = resolution === 'hour' ? 'minute' : 'raw'
  const unit = bucketUs[resolution]
  const begin = Math.ceil(fromUs / unit) * unit
  const end = Math.floor(toUs / unit) * unit
  if (begin >= end) return tableRangesOf(finer, fromUs, toUs)
  return [
    ...tableRangesOf(finer, fromUs, begin),
    { resolution, fromUs: begin, toUs: end },
    ...tableRangesOf(finer, end, toUs),
  ]
}

/**
 * SQL that reads the ranges of the series `s` as rows of one shape: a raw sample is a bucket of its own. A roll-up does not
 * have the times of its minimum and maximum unless they are its ends; then they are put within the bucket, in the order
 * that its ends suggest. Parameters are numbered from `firstParameter` on.
 */
export function tableRangesSql(
  ranges: readonly TableRange[],
  firstParameter: number,
): { sql: string; values: number[] } {
  const values: number[] = []
  const bind = (value: number) => `$${firstParameter + values.push(value) - 1}::bigint`
  const selects = ranges.map(({ resolution, fromUs, toUs }) => {
    const where = `device_key = s.device_key AND key_id = s.key_id AND ts >= ${bind(fromUs)} AND ts < ${bind(toUs)}`
    return `SELECT ${columns[resolution]} FROM telemetry.${tables[resolution]} WHERE ${where}`
  })
  return { sql: selects.join('\n UNION ALL '), values }
}

const tables = { raw: 'sample', minute: 'minute', hour: 'hour' } as const satisfies Record<Resolution, string>

const rollUpColumns = `ts, count, sum, min, max, first, first_ts, last, last_ts,
  CASE WHEN min = first THEN first_ts WHEN min = last THEN last_ts
    ELSE first_ts + (last_ts - first_ts) / 3 * CASE WHEN last < first THEN 2 ELSE 1 END END AS min_ts,
  CASE WHEN max = first THEN first_ts WHEN max = last THEN last_ts
    ELSE first_ts + (last_ts - first_ts) / 3 * CASE WHEN last < first THEN 1 ELSE 2 END END AS max_ts,
  other_count, other_last, other_last_ts`

const columns = {
  raw: `ts, (number IS NOT NULL)::int AS count, number AS sum, number AS min, number AS max, number AS first,
    ts AS first_ts, number AS last, ts AS last_ts, ts AS min_ts, ts AS max_ts, (number IS NULL)::int AS other_count,
    CASE WHEN number IS NULL THEN json END AS other_last, ts AS other_last_ts`,
  minute: rollUpColumns,
  hour: rollUpColumns,
} as const satisfies Record<Resolution, string>
