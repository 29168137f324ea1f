import { compareSeries, type Series, seriesParameters, type TimeRange } from './series.js'
import type { RowReader, Statement } from './statement.js'
import { type StoredValue, valueColumns } from './stored-value.js'

export interface SampleRow extends StoredValue {
  series: Series
  tsUs: number
  /** Bytes of its JSON. */
  jsonBytes: number
}

/** The last sample that was read. Samples are ordered by time, then device, then key. */
export interface Position {
  tsUs: number
  device: string
  key: string
}

export interface SampleRange extends TimeRange {
  after: Position | null
}

/** How much text of one series, and of all, one query may fetch; the rest is fetched by the next. */
const longestTextBytes = 1_048_576
const longestTextOfAllBytes = 16 * longestTextBytes
const fewestRows = 16

/**
 * Reads all samples of the series, ascending by time, device and key, in chunks of about `chunkRows`. Each query continues
 * by the primary key where the one before ended: no cursor is open between them, memory stays bounded whatever the range,
 * and samples that arrive meanwhile do not make others missing or double.
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

/** The rows of one series that were read ahead. */
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

  /** All samples up to this time are known. */
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
  const limits = { fromUs: lowestUs, toUs, rowsEach, textBytesEach }
  const statement = chunkStatement(wanting, limits)
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

/** Selects the next rows of each series: at most `rowsEach`, and fewer when their text is long. */
export function chunkStatement(
  wanting: readonly { series: Series; nextUs: number }[],
  { fromUs, toUs, rowsEach, textBytesEach }: TimeRange & { rowsEach: number; textBytesEach: number },
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
      fromUs,
      toUs,
      rowsEach,
      textBytesEach,
    ],
  }
}
