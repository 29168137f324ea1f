import type { Pool } from 'pg'
import type { EncodedBatch } from './encode-batch.js'
import { minuteUs } from './roll-up-sql.js'

/** How many minutes of an organization a correction made stale. */
export interface StaleMinutes {
  organizationId: number
  minutes: number
}

/**
 * Gives samples that were stored before the value that they came with now, and notes which minutes are stale by that: it is
 * one statement, so no crash loses a note. They are rolled up again later, because that may take long. Most often nothing
 * changes, because a device sent the same sample again.
 */
export async function correctBatch(
  pool: Pool,
  batch: EncodedBatch,
  closedOrganizations: readonly number[],
): Promise<StaleMinutes[]> {
  const { rows } = await pool.query<StaleMinutes>({
    name: 'correct-batch',
    text: correctSamples,
    values: [...parametersOf(batch), closedOrganizations],
  })
  return rows
}

/** The devices of these organizations of whose stored samples the batch has other values. */
export async function findCorrected(
  pool: Pool,
  batch: EncodedBatch,
  organizations: readonly number[],
): Promise<number[]> {
  const { rows } = await pool.query<{ deviceKey: number }>(
    `SELECT DISTINCT stored.device_key AS "deviceKey" FROM telemetry.sample AS stored, ${input}
     WHERE ${differs} AND device.organization_id = ANY($8::int[])`,
    [...parametersOf(batch), organizations],
  )
  return rows.map(({ deviceKey }) => deviceKey)
}

function parametersOf({ samples, firstUs, lastUs }: EncodedBatch): unknown[] {
  return [...samples, firstUs, lastUs]
}

const input = `unnest($1::int[], $2::int[], $3::bigint[], $4::float8[], $5::jsonb[]) AS input (device_key, key_id, ts, number, json)
  JOIN public.device ON device.key = input.device_key`

const differs = `stored.device_key = input.device_key AND stored.key_id = input.key_id AND stored.ts = input.ts
  AND stored.ts BETWEEN $6::bigint AND $7::bigint
  AND (stored.number, stored.json) IS DISTINCT FROM (input.number, input.json)`

const correctSamples = `
WITH corrected AS (
  UPDATE telemetry.sample AS stored SET number = input.number, json = input.json FROM ${input}
  WHERE ${differs} AND device.organization_id <> ALL($8::int[])
  RETURNING stored.device_key, stored.key_id, stored.ts, stored.number, stored.json, device.organization_id
), stale AS (
  INSERT INTO telemetry.stale_bucket AS stored (device_key, key_id, resolution, ts, organization_id)
  SELECT DISTINCT device_key, key_id, 'minute', ts / ${minuteUs} * ${minuteUs}, organization_id FROM corrected
  ORDER BY 1, 2, 4
  ON CONFLICT (device_key, key_id, resolution, ts) DO UPDATE SET version = excluded.version
  RETURNING organization_id
), latest AS (
  UPDATE telemetry.latest SET number = corrected.number, json = corrected.json FROM corrected
  WHERE latest.device_key = corrected.device_key AND latest.key_id = corrected.key_id AND latest.ts = corrected.ts
)
SELECT organization_id AS "organizationId", count(*)::int AS minutes FROM stale GROUP BY 1`
