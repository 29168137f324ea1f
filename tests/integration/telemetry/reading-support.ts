import type pg from 'pg'
import type { HttpClient } from '../../support/http-client.js'
import { uniqueId } from '../mqtt/support.js'

export interface Item {
  device?: string
  key: string
  ts: number
  value: unknown
}

export interface History {
  items: Item[]
  nextCursor: string | null
  resolution?: string
  thinned?: boolean
  intervalMs?: number
}

export interface StoredSample {
  /** Microseconds since 1970. */
  us: number
  value: unknown
}

/** A registered device without credentials: it is filled behind the platform's back. */
export async function addDevice(client: HttpClient, id = uniqueId()): Promise<string> {
  await client.send('POST', '/api/v1/devices', { name: id, id })
  return id
}

/** Stores samples of a key as ingest would, roll-ups and latest value included. */
export async function store(
  pool: pg.Pool,
  device: string,
  key: string,
  samples: readonly StoredSample[],
): Promise<void> {
  const rows = samples.map(({ us, value }) => ({
    ts: us,
    number: typeof value === 'number' ? value : typeof value === 'bigint' ? Number(value) : null,
    json:
      typeof value === 'number' ? null : typeof value === 'bigint' ? String(value) : JSON.stringify(value),
  }))
  const source = `SELECT ts, number, json::jsonb
    FROM unnest($3::bigint[], $4::float8[], $5::text[]) AS rows (ts, number, json)`
  const columns = [rows.map(({ ts }) => ts), rows.map(({ number }) => number), rows.map(({ json }) => json)]
  await insert(pool, device, key, source, columns)
}

/** The same, of one number a step over a range; `expression` is SQL over the index `i`. */
export async function storeSeries(
  pool: pg.Pool,
  device: string,
  key: string,
  {
    fromUs,
    stepUs,
    count,
    expression,
  }: { fromUs: number; stepUs: number; count: number; expression: string },
): Promise<void> {
  const source = `SELECT $3::bigint + i * $4::bigint AS ts, (${expression})::float8 AS number, NULL::jsonb AS json
    FROM generate_series(0, $5::bigint - 1) AS i`
  await insert(pool, device, key, source, [fromUs, stepUs, count])
}

async function insert(
  pool: pg.Pool,
  device: string,
  key: string,
  source: string,
  values: unknown[],
): Promise<void> {
  await pool.query('INSERT INTO telemetry.key (name) VALUES ($1) ON CONFLICT DO NOTHING', [key])
  const ids = await pool.query<{ device: number; key: number }>(
    'SELECT d.key AS device, k.id AS key FROM device d, telemetry.key k WHERE d.id = $1 AND k.name = $2',
    [device, key],
  )
  const { device: deviceKey, key: keyId } = ids.rows[0] ?? {}
  const own = [deviceKey, keyId]
  const client = await pool.connect()
  try {
    await client.query(
      `CREATE TEMPORARY TABLE fresh AS
      SELECT $1::int AS device_key, $2::int AS key_id, source.* FROM (${source}) AS source`,
      [...own, ...values],
    )
    await client.query(`SELECT telemetry.make_partitions(ts, ts)
      FROM (SELECT min(ts) AS ts FROM fresh GROUP BY (ts - 345600000000) / 604800000000) AS week`)
    await client.query(`INSERT INTO telemetry.sample SELECT device_key, key_id, ts, number, json FROM fresh`)
    await client.query('DROP TABLE fresh')
    await client.query(
      `INSERT INTO telemetry.latest SELECT device_key, key_id, ts, number, json FROM telemetry.sample
      WHERE device_key = $1 AND key_id = $2 ORDER BY ts DESC LIMIT 1
      ON CONFLICT (device_key, key_id) DO UPDATE SET ts = excluded.ts, number = excluded.number, json = excluded.json`,
      own,
    )
    for (const [table, us] of [
      ['minute', 60_000_000],
      ['hour', 3_600_000_000],
    ] as const) {
      await client.query(`DELETE FROM telemetry.${table} WHERE device_key = $1 AND key_id = $2`, own)
      await client.query(rollUp(table, us), own)
    }
  } finally {
    client.release()
  }
}

/** A roll-up made plainly from the samples, not by way of the platform's code. */
function rollUp(table: string, us: number): string {
  const isNumber = 'number IS NOT NULL'
  return `INSERT INTO telemetry.${table}
    SELECT device_key, key_id, ts / ${us} * ${us}, count(number), coalesce(sum(number), 0), min(number), max(number),
      (array_agg(number ORDER BY ts) FILTER (WHERE ${isNumber}))[1], min(ts) FILTER (WHERE ${isNumber}),
      (array_agg(number ORDER BY ts DESC) FILTER (WHERE ${isNumber}))[1], max(ts) FILTER (WHERE ${isNumber}),
      count(*) FILTER (WHERE number IS NULL), (array_agg(json ORDER BY ts DESC) FILTER (WHERE number IS NULL))[1],
      max(ts) FILTER (WHERE number IS NULL)
    FROM telemetry.sample WHERE device_key = $1 AND key_id = $2 GROUP BY 1, 2, 3`
}
