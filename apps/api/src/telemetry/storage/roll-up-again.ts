import type { Pool } from 'pg'
import { bucketAggregates, bucketValues, hourUs, minuteUs, storedSampleAggregates } from './roll-up-sql.js'

/** The longest time of a timer, for a limit that is turned off. */
const longestMs = 2_147_483_647

/** A row of a roll-up that has to be computed again. */
export interface StaleBucket {
  deviceKey: number
  keyId: number
  resolution: 'minute' | 'hour'
  /** int8 comes as text. */
  ts: string
  version: string
  organizationId: number
}

/**
 * Computes a bucket again: a minute from its samples, after which its hour is stale; an hour from its minutes. Nothing is
 * locked meanwhile. Returns false, and has written nothing that is wrong, when samples or corrections came in between:
 * then the bucket is still stale.
 */
export async function rollUpAgain(
  pool: Pool,
  { deviceKey, keyId, resolution, ts, version, organizationId }: StaleBucket,
  statementMs: number,
): Promise<boolean> {
  const client = await pool.connect()
  try {
    await client.query('BEGIN')
    await client.query(`SELECT set_config('statement_timeout', $1, true)`, [
      String(Math.min(statementMs, longestMs)),
    ])
    const { rows } = await client.query<{ done: boolean }>({
      text: resolution === 'minute' ? minuteAgain : hourAgain,
      values: [deviceKey, keyId, ts, version, ...(resolution === 'minute' ? [organizationId] : [])],
      // The server cancels it before; this is for one that does not answer.
      ...{ query_timeout: Math.min(statementMs + 5_000, longestMs) },
    })
    await client.query('COMMIT')
    client.release()
    return rows[0]?.done ?? false
  } catch (error) {
    // Closing the connection ends the transaction, whatever state both are in.
    client.release(true)
    throw error
  }
}

const ofBucket = 'device_key = $1::int AND key_id = $2::int'
const within = (widthUs: number) => `${ofBucket} AND ts >= $3::bigint AND ts < $3::bigint + ${widthUs}`

/**
 * One statement sees samples and buckets as they were at one time. Samples are only added, so when the stored bucket counts
 * as many as it did then, the new one has them all; the version says whether a correction came since.
 */
const replace = (table: 'minute' | 'hour', made: string) => `
WITH seen AS MATERIALIZED (
  SELECT count + other_count AS total FROM telemetry.${table} WHERE ${ofBucket} AND ts = $3::bigint
), made AS MATERIALIZED (${made}
), written AS (
  UPDATE telemetry.${table} AS stored
  SET (${bucketValues}) = (${bucketValues
    .split(', ')
    .map((name) => `made.${name}`)
    .join(', ')})
  FROM seen, made
  WHERE stored.device_key = $1::int AND stored.key_id = $2::int AND stored.ts = $3::bigint
    AND stored.count + stored.other_count = seen.total AND made.count + made.other_count > 0
  RETURNING stored.ts
), done AS (
  DELETE FROM telemetry.stale_bucket
  WHERE ${ofBucket} AND resolution = '${table}' AND ts = $3::bigint AND version = $4::bigint
    AND (EXISTS (SELECT FROM written) OR NOT EXISTS (SELECT FROM seen)
      OR NOT EXISTS (SELECT FROM made WHERE count + other_count > 0))
  RETURNING ts
)`

const minuteAgain = `${replace('minute', storedSampleAggregates(within(minuteUs)))}, hour AS (
  INSERT INTO telemetry.stale_bucket AS stored (device_key, key_id, resolution, ts, organization_id)
  SELECT $1::int, $2::int, 'hour', ts / ${hourUs} * ${hourUs}, $5::int FROM written
  ON CONFLICT (device_key, key_id, resolution, ts) DO UPDATE SET version = excluded.version
)
SELECT EXISTS (SELECT FROM done) AS done`

const hourAgain = `${replace(
  'hour',
  `
  SELECT * FROM (SELECT ${bucketAggregates} FROM telemetry.minute WHERE ${within(hourUs)}) AS made (${bucketValues})`,
)}
SELECT EXISTS (SELECT FROM done) AS done`
