import { compareSeries, type Series, seriesParameters } from './series.js'
import type { RowReader, Statement } from './statement.js'
import { type StoredValue, valueColumns } from './stored-value.js'

export interface SampleRow extends StoredValue {
  series: Series
  tsUs: number
  /** Bytes of its JSON. */
  jsonBytes: number
}

/** A place between two samples: the last that was read. Samples come by time, then device, then key. */
export interface Position {
  tsUs: number
  device: string
  key: string
}

export interface SampleRange {
  /** Inclusive. */
  fromUs: number
  /** Exclusive. */
  toUs: number
  after: Position | null
}

/** Text of one series, and of all, that one query may bring; what is longer comes by the next. */
const longestTextBytes = 1_048_576
const longestTextOfAllBytes = 16 * longestTextBytes
const fewestRows = 16

/**
 * All samples of the series, ascending by time, device and key, in chunks of about `chunkRows`. Each query goes on where
 * the one before ended, by the primary key: nothing is held in the database between two, memory stays bounded whatever
 * the range, and samples that arrive meanwhile neither move nor double others.
 */
export async function* readSamples(
  reader: RowReader,
  series: readonly Series[],
  range: SampleRange,
  chunkRows: number,
): AsyncGenerator<SampleRow[]> {
  const ordered = [...series].sort(compareSeries).map((one) => new Buffered(one, range))
  for (;;) {
    await refill(reader, ordered, range, chunkRows)
    const horizonUs = Math.min(...ordered.map((one) => one.horizonUs))
    const chunk = ordered.flatMap((one) => one.takeThrough(horizonUs))
    if (chunk.length === 0) return
    // The sort is stable and the series are in order.
    yield chunk.sort((a, b) => a.tsUs - b.tsUs)
  }
}

/** What is read ahead of one series. */
class Buffered {
  rows: SampleRow[] = []
  complete = false
  nextUs: number

  constructor(
    readonly series: Series,
    { fromUs, after }: SampleRange,
  ) {
    const past = after !== null && compareSeries(series, after) <= 0 ? 1 : 0
    this.nextUs = after === null ? fromUs : Math.max(fromUs, after.tsUs + past)
  }

  get wanting(): boolean {
    return this.rows.length === 0 && !this.complete
  }

  /** Up to here everything is known. */
  get horizonUs(): number {
    return this.complete ? Number.POSITIVE_INFINITY : (this.rows.at(-1)?.tsUs ?? this.nextUs - 1)
  }

  takeThrough(horizonUs: number): SampleRow[] {
    const end = this.rows.findIndex(({ tsUs }) => tsUs > horizonUs)
    return end === -1 ? this.rows.splice(0) : this.rows.splice(0, end)
  }
}

async function refill(
  reader: RowReader,
  all: readonly Buffered[],
  { fromUs, toUs }: SampleRange,
  chunkRows: number,
): Promise<void> {
  const wanting = all.filter((one) => one.wanting)
  if (wanting.length === 0) return
  const held = all.reduce((sum, { rows }) => sum + rows.length, 0)
  const share = Math.min(chunkRows, 4 * chunkRows - held) / wanting.length
  const rowsEach = Math.max(fewestRows, Math.ceil(share))
  const lowestUs = Math.max(fromUs, Math.min(...wanting.map(({ nextUs }) => nextUs)))
  const textBytesEach = Math.ceil(Math.min(longestTextBytes, longestTextOfAllBytes / wanting.length))
  const statement = chunkStatement(wanting, lowestUs, toUs, rowsEach, textBytesEach)
  const found = await reader.rows<Found>(statement)
  for (const { idx, ts, number, json, exact, json_bytes } of found) {
    const into = wanting[idx]
    into?.rows.push({ series: into.series, tsUs: ts, number, json, exact, jsonBytes: json_bytes ?? 0 })
  }
  for (const one of wanting) {
    const bytes = one.rows.reduce((sum, { jsonBytes }) => sum + jsonBytes, 0)
    one.complete = one.rows.length < rowsEach && bytes < textBytesEach
    one.nextUs = (one.rows.at(-1)?.tsUs ?? one.nextUs - 1) + 1
  }
}

interface Found extends StoredValue {
  idx: number
  ts: number
  json_bytes: number | null
}

/** For each series, its next rows: so many, and no more once their text is long. */
export function chunkStatement(
  wanting: readonly { series: Series; nextUs: number }[],
  lowestUs: number,
  toUs: number,
  rowsEach: number,
  textBytesEach: number,
): Statement {
  return {
    text: `
      SELECT s.idx, found.ts::float8 AS ts, ${valueColumns('found')}, nullif(found.json_bytes, 0) AS json_bytes
      FROM (SELECT device_key, key_id, next_us, (n - 1)::int AS idx
        FROM unnest($1::int[], $2::int[], $3::bigint[]) WITH ORDINALITY AS u (device_key, key_id, next_us, n)) AS s
      CROSS JOIN LATERAL (
        SELECT ts, number, json, json_bytes::float8,
          sum(json_bytes) OVER (ORDER BY ts ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) - json_bytes AS bytes_before
        FROM (
          SELECT ts, number, json, CASE WHEN json IS NULL THEN 0 ELSE octet_length(json::text) END AS json_bytes
          FROM telemetry.sample
          WHERE device_key = s.device_key AND key_id = s.key_id AND ts >= s.next_us AND ts >= $4 AND ts < $5
          ORDER BY ts LIMIT $6
        ) AS first
      ) AS found
      WHERE found.bytes_before < $7
      ORDER BY s.idx, found.ts`,
    values: [
      ...seriesParameters(wanting.map(({ series }) => series)),
      wanting.map(({ nextUs }) => nextUs),
      lowestUs,
      toUs,
      rowsEach,
      textBytesEach,
    ],
  }
}
