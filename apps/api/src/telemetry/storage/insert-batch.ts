import type { Pool } from 'pg'
import { type Heard, keepClock } from '../../registry/presence/activity-writer.js'
import { BinaryArray } from './binary-array.js'
import type { EncodedBatch } from './encode-batch.js'
import type { FullMinute } from './full-minutes.js'
import { bucketColumns, hourUs, mergeBuckets, minuteUs, sampleAggregates } from './roll-up-sql.js'

/** The greatest int of PostgreSQL, for a limit that is turned off. */
const greatestInteger = 2_147_483_647

/** After this long without an answer the connection is closed, and the batch is tried again on another. */
const answerTimeoutMs = 15_000

export interface InsertResult {
  /** Whether every sample is new. The others were stored before, perhaps with another value. */
  allFresh: boolean
  /** Devices that do not exist any more; their samples were left out. */
  goneDevices: number[]
  /** The minutes in which a series has as many samples as it may, or more. */
  fullMinutes: FullMinute[]
}

/**
 * Writes a batch: new samples, what they add to the roll-ups, the newest value of each key, and when the devices were
 * last heard. It is one statement, and so one transaction and one round trip. Samples that were stored before change nothing.
 */
export async function insertBatch(
  pool: Pool,
  deviceKeys: readonly number[],
  batch: EncodedBatch,
  heard: readonly Heard[],
  samplesPerMinute: number,
): Promise<InsertResult> {
  const { rows } = await pool.query<InsertResult>({
    name: 'ingest-batch',
    text: statement,
    values: valuesOf({
      ...batch,
      devices: [integers(deviceKeys)],
      heard: heardArrays(heard),
      limits: [integers([Math.min(samplesPerMinute, greatestInteger)])],
    }),
    ...{ query_timeout: answerTimeoutMs },
  })
  return rows[0] ?? { allFresh: false, goneDevices: [], fullMinutes: [] }
}

const sampleTypes = ['int', 'int', 'bigint', 'float8', 'jsonb']
const bucketTypes = [
  ...['int', 'int', 'bigint', 'int', 'float8', 'float8', 'float8'],
  ...['float8', 'bigint', 'float8', 'bigint', 'int', 'jsonb', 'bigint'],
]

/** The parameters of the statement, in the order that gives them their numbers. */
const groups = ['devices', 'samples', 'minutes', 'hours', 'latest', 'heard', 'limits'] as const

type ParameterGroup = (typeof groups)[number]

/** Each parameter is an array of its type. */
const parameterTypes: Readonly<Record<ParameterGroup, readonly string[]>> = {
  devices: ['int'],
  samples: sampleTypes,
  minutes: bucketTypes,
  hours: bucketTypes,
  latest: sampleTypes,
  heard: ['int', 'float8', 'bigint', 'int'],
  limits: ['int'],
}

function valuesOf(values: Readonly<Record<ParameterGroup, Buffer[]>>): Buffer[] {
  return groups.flatMap((group) => values[group])
}

/** The parameters of a group, as arguments of unnest: `$2::int[], $3::int[], …`. */
function parameters(group: ParameterGroup): string {
  return parameterTypes[group].map((_, index) => parameter(group, index)).join(', ')
}

/** The parameter at an index of a group: `$2::int[]`. */
function parameter(group: ParameterGroup, index: number): string {
  const before = groups.slice(0, groups.indexOf(group))
  const number = 1 + index + before.reduce((sum, other) => sum + parameterTypes[other].length, 0)
  return `$${number}::${parameterTypes[group][index]}[]`
}

function integers(values: readonly number[]): Buffer {
  const array = new BinaryArray('int4', values.length)
  for (const value of values) array.int4(value)
  return array.finish()
}

function heardArrays(heard: readonly Heard[]): Buffer[] {
  const at = new BinaryArray('float8', heard.length)
  const skew = new BinaryArray('int8', heard.length)
  for (const { atMs, clock } of heard) {
    at.float8(atMs)
    if (clock === null) skew.null()
    else skew.int8(Math.round(clock.skewMs))
  }
  const notSet = integers(heard.map(({ clock }) => Number(clock?.notSet ?? false)))
  return [integers(heard.map(({ deviceKey }) => deviceKey)), at.finish(), skew.finish(), notSet]
}

/**
 * The buckets are computed here for the usual case that all samples are new. When some were stored before, the database
 * computes the buckets of the others.
 */
const mergeInto = (table: string, widthUs: number, buckets: ParameterGroup) => `
  INSERT INTO telemetry.${table} AS stored (${bucketColumns})
  SELECT ${bucketColumns} FROM unnest(${parameters(buckets)}) AS bucket (${bucketColumns})
  WHERE (SELECT yes FROM all_fresh)
  UNION ALL
  SELECT device_key, key_id, ts / ${widthUs} * ${widthUs}, ${sampleAggregates}
  FROM fresh WHERE NOT (SELECT yes FROM all_fresh) GROUP BY 1, 2, 3
  ${mergeBuckets}`

const statement = `
WITH live AS MATERIALIZED (
  SELECT key FROM public.device WHERE key = ANY(${parameters('devices')})
), all_live AS MATERIALIZED (
  SELECT (SELECT count(*) FROM live) = cardinality(${parameters('devices')}) AS yes
), fresh AS (
  INSERT INTO telemetry.sample (device_key, key_id, ts, number, json)
  SELECT * FROM unnest(${parameters('samples')}) AS input (device_key, key_id, ts, number, json)
  WHERE (SELECT yes FROM all_live) OR device_key IN (SELECT key FROM live)
  ON CONFLICT (device_key, key_id, ts) DO NOTHING
  RETURNING device_key, key_id, ts, number, json
), all_fresh AS MATERIALIZED (
  SELECT count(*) = cardinality(${parameter('samples', 0)}) AS yes FROM fresh
), minute AS (${mergeInto('minute', minuteUs, 'minutes')}
  RETURNING device_key, key_id, ts, count + other_count AS samples
), hour AS (${mergeInto('hour', hourUs, 'hours')}
), latest AS (
  INSERT INTO telemetry.latest AS stored (device_key, key_id, ts, number, json)
  SELECT * FROM unnest(${parameters('latest')}) AS input (device_key, key_id, ts, number, json)
  WHERE (SELECT yes FROM all_live) OR device_key IN (SELECT key FROM live)
  ON CONFLICT (device_key, key_id) DO UPDATE SET ts = excluded.ts, number = excluded.number, json = excluded.json
  WHERE stored.ts < excluded.ts
), heard AS (
  INSERT INTO public.device_activity AS stored (device_key, last_message_at, clock_skew_ms, clock_not_set)
  SELECT device_key, to_timestamp(at_ms / 1000), skew_ms, not_set = 1
  FROM unnest(${parameters('heard')}) AS heard (device_key, at_ms, skew_ms, not_set)
  WHERE device_key IN (SELECT key FROM live) ORDER BY device_key
  ON CONFLICT (device_key) DO UPDATE
  SET last_message_at = GREATEST(stored.last_message_at, excluded.last_message_at),
    ${keepClock}
)
SELECT all_fresh.yes AS "allFresh", CASE WHEN all_live.yes THEN '{}'
  ELSE ARRAY(SELECT unnest(${parameters('devices')}) EXCEPT SELECT key FROM live) END AS "goneDevices",
  (SELECT coalesce(json_agg(json_build_object('deviceKey', device_key, 'keyId', key_id, 'ts', ts)), '[]')
    FROM minute WHERE samples >= (${parameter('limits', 0)})[1]) AS "fullMinutes"
FROM all_fresh, all_live`
