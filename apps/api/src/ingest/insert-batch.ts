import type { Pool } from 'pg'
import type { Row } from './batch.js'

/** After this long without an answer the connection is given up, and the batch tried again on another. */
const answerTimeoutMs = 15_000

/**
 * Writes the rows of a batch, the newest value of each key, and when the devices were last heard: one statement, and
 * so one transaction and one round trip. Gives the keys of those devices that exist; rows of others are left out.
 */
export async function insertBatch(
  pool: Pool,
  deviceKeys: readonly number[],
  rows: readonly Row[],
  heardAtMs: ReadonlyMap<number, number>,
): Promise<ReadonlySet<number>> {
  const numbers = rows.filter((row) => row.number !== null)
  const others = rows.filter((row) => row.number === null)
  const heard = [...heardAtMs].sort(([a], [b]) => a - b)
  const result = await pool.query<{ key: number }>({
    name: 'ingest-batch',
    text: statement,
    values: [
      array(deviceKeys),
      array(numbers.map((row) => row.deviceKey)),
      array(numbers.map((row) => row.keyId)),
      array(numbers.map((row) => row.tsUs)),
      array(numbers.map((row) => row.number)),
      array(numbers.map((row) => row.newest)),
      array(others.map((row) => row.deviceKey)),
      array(others.map((row) => row.keyId)),
      array(others.map((row) => row.tsUs)),
      others.map((row) => row.json),
      array(others.map((row) => row.newest)),
      array(heard.map(([deviceKey]) => deviceKey)),
      array(heard.map(([, atMs]) => atMs)),
    ],
    ...{ query_timeout: answerTimeoutMs },
  })
  return new Set(result.rows.map((row) => row.key))
}

/** PostgreSQL's text form of an array of plain values; several times quicker than quoting each. */
function array(values: readonly (number | boolean | null)[]): string {
  return `{${values.join(',')}}`
}

const statement = `
WITH live AS MATERIALIZED (
  SELECT key FROM public.device WHERE key = ANY($1::int[])
), input AS MATERIALIZED (
  SELECT device_key, key_id, ts, number, NULL::jsonb AS json, newest
  FROM unnest($2::int[], $3::int[], $4::bigint[], $5::float8[], $6::bool[])
    AS numbers (device_key, key_id, ts, number, newest)
  WHERE device_key IN (SELECT key FROM live)
  UNION ALL
  SELECT device_key, key_id, ts, NULL, json, newest
  FROM unnest($7::int[], $8::int[], $9::bigint[], $10::jsonb[], $11::bool[])
    AS others (device_key, key_id, ts, json, newest)
  WHERE device_key IN (SELECT key FROM live)
), samples AS (
  INSERT INTO telemetry.sample AS stored (device_key, key_id, ts, number, json)
  SELECT device_key, key_id, ts, number, json FROM input
  ON CONFLICT (device_key, key_id, ts) DO UPDATE SET number = excluded.number, json = excluded.json
  WHERE (stored.number, stored.json) IS DISTINCT FROM (excluded.number, excluded.json)
), latest AS (
  INSERT INTO telemetry.latest AS stored (device_key, key_id, ts, number, json)
  SELECT device_key, key_id, ts, number, json FROM input WHERE newest
  ON CONFLICT (device_key, key_id) DO UPDATE SET ts = excluded.ts, number = excluded.number, json = excluded.json
  WHERE stored.ts <= excluded.ts
), heard AS (
  INSERT INTO public.device_activity AS stored (device_key, last_message_at)
  SELECT device_key, to_timestamp(at_ms / 1000) FROM unnest($12::int[], $13::float8[]) AS heard (device_key, at_ms)
  WHERE device_key IN (SELECT key FROM live) ORDER BY device_key
  ON CONFLICT (device_key) DO UPDATE
  SET last_message_at = GREATEST(stored.last_message_at, excluded.last_message_at)
)
SELECT key FROM live`
