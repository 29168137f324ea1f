import type { Pool } from 'pg'
import type { Heard } from '../../registry/presence/activity-writer.js'
import { BinaryArray } from './binary-array.js'
import type { EncodedBatch } from './encode-batch.js'
import { bucketColumns, hourUs, mergeBuckets, minuteUs, sampleAggregates } from './roll-up-sql.js'

/** After this long without an answer the connection is given up, and the batch tried again on another. */
const answerTimeoutMs = 15_000

export interface InsertResult {
  /** Whether each sample is new. Others were there before, perhaps with another value. */
  allFresh: boolean
  /** Devices that are no more; their samples were left out. */
  goneDevices: number[]
}

/**
 * Writes a batch: new samples, what they add to the roll-ups, the newest value of each key, and when the devices were
 * last heard. One statement, and so one transaction and one round trip. Samples that were there before change nothing.
 */
export async function insertBatch(
  pool: Pool,
  deviceKeys: readonly number[],
  batch: EncodedBatch,
  heard: readonly Heard[],
): Promise<InsertResult> {
  const { rows } = await pool.query<InsertResult>({
    name: 'ingest-batch',
    text: statement,
    values: [
      integers(deviceKeys),
      ...batch.samples,
      ...batch.minutes,
      ...batch.hours,
      ...batch.latest,
      ...heardArrays(heard),
    ],
    ...{ query_timeout: answerTimeoutMs },
  })
  return rows[0] ?? { allFresh: false, goneDevices: [] }
}

function integers(values: readonly number[]): Buffer {
  const array = new BinaryArray('int4', values.length)
  for (const value of values) array.int4(value)
  return array.finish()
}

function heardArrays(heard: readonly Heard[]): Buffer[] {
  const at = new BinaryArray('float8', heard.length)
  const skew = new BinaryArray('int4', heard.length)
  for (const { atMs, skewMs } of heard) {
    at.float8(atMs)
    if (skewMs === null) skew.nothing()
    else skew.int4(skewMs)
  }
  return [integers(heard.map(({ deviceKey }) => deviceKey)), at.finish(), skew.finish()]
}

/**
 * The buckets come ready-made for the usual case that all samples are new. When some were there before, the database
 * makes the buckets of those that were not.
 */
const mergeInto = (table: string, widthUs: number, firstParameter: number) => `
  INSERT INTO telemetry.${table} AS stored (${bucketColumns})
  SELECT ${bucketColumns} FROM unnest(${parameters(firstParameter, bucketTypes)}) AS bucket (${bucketColumns})
  WHERE (SELECT yes FROM all_fresh)
  UNION ALL
  SELECT device_key, key_id, ts / ${widthUs} * ${widthUs}, ${sampleAggregates}
  FROM fresh WHERE NOT (SELECT yes FROM all_fresh) GROUP BY 1, 2, 3
  ${mergeBuckets}`

const sampleTypes = ['int', 'int', 'bigint', 'float8', 'jsonb']
const bucketTypes = [
  ...['int', 'int', 'bigint', 'int', 'float8', 'float8', 'float8'],
  ...['float8', 'bigint', 'float8', 'bigint', 'int', 'jsonb', 'bigint'],
]

function parameters(first: number, types: readonly string[]): string {
  return types.map((type, index) => `$${first + index}::${type}[]`).join(', ')
}

const statement = `
WITH live AS MATERIALIZED (
  SELECT key FROM public.device WHERE key = ANY($1::int[])
), all_live AS MATERIALIZED (
  SELECT (SELECT count(*) FROM live) = cardinality($1::int[]) AS yes
), fresh AS (
  INSERT INTO telemetry.sample (device_key, key_id, ts, number, json)
  SELECT * FROM unnest(${parameters(2, sampleTypes)}) AS input (device_key, key_id, ts, number, json)
  WHERE (SELECT yes FROM all_live) OR device_key IN (SELECT key FROM live)
  ON CONFLICT (device_key, key_id, ts) DO NOTHING
  RETURNING device_key, key_id, ts, number, json
), all_fresh AS MATERIALIZED (
  SELECT count(*) = cardinality($2::int[]) AS yes FROM fresh
), minute AS (${mergeInto('minute', minuteUs, 7)}
), hour AS (${mergeInto('hour', hourUs, 21)}
), latest AS (
  INSERT INTO telemetry.latest AS stored (device_key, key_id, ts, number, json)
  SELECT * FROM unnest(${parameters(35, sampleTypes)}) AS input (device_key, key_id, ts, number, json)
  WHERE (SELECT yes FROM all_live) OR device_key IN (SELECT key FROM live)
  ON CONFLICT (device_key, key_id) DO UPDATE SET ts = excluded.ts, number = excluded.number, json = excluded.json
  WHERE stored.ts < excluded.ts
), heard AS (
  INSERT INTO public.device_activity AS stored (device_key, last_message_at, clock_skew_ms)
  SELECT device_key, to_timestamp(at_ms / 1000), skew_ms
  FROM unnest($40::int[], $41::float8[], $42::int[]) AS heard (device_key, at_ms, skew_ms)
  WHERE device_key IN (SELECT key FROM live) ORDER BY device_key
  ON CONFLICT (device_key) DO UPDATE
  SET last_message_at = GREATEST(stored.last_message_at, excluded.last_message_at),
    clock_skew_ms = COALESCE(excluded.clock_skew_ms, stored.clock_skew_ms)
)
SELECT all_fresh.yes AS "allFresh", CASE WHEN all_live.yes THEN '{}'
  ELSE ARRAY(SELECT unnest($1::int[]) EXCEPT SELECT key FROM live) END AS "goneDevices"
FROM all_fresh, all_live`
