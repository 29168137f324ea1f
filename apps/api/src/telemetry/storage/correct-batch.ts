import type { Pool, PoolClient } from 'pg'
import type { EncodedBatch } from './encode-batch.js'
import {
  bucketAggregates,
  bucketColumns,
  hourUs,
  minuteUs,
  replaceBuckets,
  sampleAggregates,
} from './roll-up-sql.js'

interface SampleKey {
  deviceKey: number
  keyId: number
  /** int8 comes as text. */
  ts: string
}

/**
 * Gives samples that were stored before the value that they came with now. The minutes and hours of those that change are
 * rolled up again, minutes from samples and hours from minutes, all in one transaction. Most often nothing changes, because
 * a device sent the same sample again.
 */
export async function correctBatch(pool: Pool, batch: EncodedBatch): Promise<void> {
  const client = await pool.connect()
  try {
    await client.query('BEGIN')
    const corrected = await client.query<SampleKey>(correctSamples, [
      ...batch.samples,
      batch.firstUs,
      batch.lastUs,
    ])
    if (corrected.rows.length > 0) await rollUpAgain(client, corrected.rows)
    await client.query('COMMIT')
    client.release()
  } catch (error) {
    // Closing the connection ends the transaction, whatever state both are in.
    client.release(true)
    throw error
  }
}

async function rollUpAgain(client: PoolClient, samples: readonly SampleKey[]): Promise<void> {
  const keys = [
    samples.map(({ deviceKey }) => deviceKey),
    samples.map(({ keyId }) => keyId),
    samples.map(({ ts }) => ts),
  ]
  await client.query(rollUp('sample', 'minute', minuteUs, sampleAggregates), keys)
  await client.query(rollUp('minute', 'hour', hourUs, bucketAggregates), keys)
  await client.query(correctLatest, keys)
}

const correctSamples = `
UPDATE telemetry.sample AS stored SET number = input.number, json = input.json
FROM unnest($1::int[], $2::int[], $3::bigint[], $4::float8[], $5::jsonb[]) AS input (device_key, key_id, ts, number, json)
WHERE stored.device_key = input.device_key AND stored.key_id = input.key_id AND stored.ts = input.ts
  AND stored.ts BETWEEN $6::bigint AND $7::bigint
  AND (stored.number, stored.json) IS DISTINCT FROM (input.number, input.json)
RETURNING stored.device_key AS "deviceKey", stored.key_id AS "keyId", stored.ts`

const rollUp = (from: string, to: string, widthUs: number, aggregates: string) => `
INSERT INTO telemetry.${to} AS stored (${bucketColumns})
SELECT bucket.device_key, bucket.key_id, bucket.ts, made.*
FROM (
  SELECT DISTINCT device_key, key_id, ts / ${widthUs} * ${widthUs} AS ts
  FROM unnest($1::int[], $2::int[], $3::bigint[]) AS corrected (device_key, key_id, ts)
) AS bucket CROSS JOIN LATERAL (
  SELECT ${aggregates} FROM telemetry.${from}
  WHERE device_key = bucket.device_key AND key_id = bucket.key_id
    AND ts >= bucket.ts AND ts < bucket.ts + ${widthUs}
) AS made
ORDER BY 1, 2, 3
${replaceBuckets}`

const correctLatest = `
UPDATE telemetry.latest SET number = sample.number, json = sample.json
FROM unnest($1::int[], $2::int[], $3::bigint[]) AS corrected (device_key, key_id, ts)
JOIN telemetry.sample USING (device_key, key_id, ts)
WHERE latest.device_key = corrected.device_key AND latest.key_id = corrected.key_id AND latest.ts = corrected.ts`
