import type pg from 'pg'

export interface StoredSample {
  deviceKey: number
  keyId: number
  ts: number
  number: number | null
  json: unknown
}

interface Bucket {
  deviceKey: number
  keyId: number
  ts: number
  count: number
  sum: number
  min: number | null
  max: number | null
  first: number | null
  firstTs: number | null
  last: number | null
  lastTs: number | null
  otherCount: number
  otherLast: unknown
  otherLastTs: number | null
}

export const widths = { minute: 60_000_000, hour: 3_600_000_000 } as const

/** Roll-ups made of samples in the plainest way, to compare with. */
export function plainRollUps(samples: readonly StoredSample[], widthUs: number): Bucket[] {
  const buckets = new Map<string, Bucket>()
  for (const { deviceKey, keyId, ts, number, json } of [...samples].sort((a, b) => a.ts - b.ts)) {
    const start = Math.floor(ts / widthUs) * widthUs
    const name = `${deviceKey}/${keyId}/${start}`
    const bucket = buckets.get(name) ?? emptyBucket(deviceKey, keyId, start)
    buckets.set(name, bucket)
    if (number === null) {
      bucket.otherCount += 1
      bucket.otherLast = json
      bucket.otherLastTs = ts
      continue
    }
    bucket.count += 1
    bucket.sum += number
    bucket.min = Math.min(bucket.min ?? number, number)
    bucket.max = Math.max(bucket.max ?? number, number)
    bucket.first ??= number
    bucket.firstTs ??= ts
    bucket.last = number
    bucket.lastTs = ts
  }
  return inOrder([...buckets.values()])
}

export async function storedSamples(pool: pg.Pool, deviceKeys: readonly number[]): Promise<StoredSample[]> {
  const { rows } = await pool.query<StoredSample>(
    `SELECT device_key AS "deviceKey", key_id AS "keyId", ts::float8, number, json FROM telemetry.sample
     WHERE device_key = ANY($1::int[])`,
    [deviceKeys],
  )
  return inOrder(rows)
}

export async function storedRollUps(
  pool: pg.Pool,
  table: keyof typeof widths,
  deviceKeys: readonly number[],
): Promise<Bucket[]> {
  const { rows } = await pool.query<Bucket>(
    `SELECT device_key AS "deviceKey", key_id AS "keyId", ts::float8, count, sum, min, max, first,
       first_ts::float8 AS "firstTs", last, last_ts::float8 AS "lastTs", other_count AS "otherCount",
       other_last AS "otherLast", other_last_ts::float8 AS "otherLastTs"
     FROM telemetry.${table} WHERE device_key = ANY($1::int[])`,
    [deviceKeys],
  )
  return inOrder(rows)
}

function inOrder<Row extends { deviceKey: number; keyId: number; ts: number }>(rows: Row[]): Row[] {
  return rows.sort((a, b) => a.deviceKey - b.deviceKey || a.keyId - b.keyId || a.ts - b.ts)
}

function emptyBucket(deviceKey: number, keyId: number, ts: number): Bucket {
  const nothing = { min: null, max: null, first: null, firstTs: null, last: null, lastTs: null }
  return {
    deviceKey,
    keyId,
    ts,
    count: 0,
    sum: 0,
    ...nothing,
    otherCount: 0,
    otherLast: null,
    otherLastTs: null,
  }
}
