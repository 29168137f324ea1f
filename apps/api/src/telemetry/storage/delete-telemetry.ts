import type { Pool } from 'pg'
import { listPartitions, type PartitionTable } from './partition-tables.js'

const rowsPerDelete = 20_000

/**
 * Deletes all telemetry of some devices, in small transactions. `latest` is last, because its rows say that there is more to
 * delete.
 */
export async function deleteTelemetry(pool: Pool, deviceKeys: readonly number[]): Promise<void> {
  for (const partition of await listPartitions(pool)) await deleteRows(pool, partition, deviceKeys)
  for (const table of ['stale_bucket', 'set_aside', 'latest'])
    await pool.query(`DELETE FROM telemetry.${table} WHERE device_key = ANY($1::int[])`, [deviceKeys])
}

/** Deletes the telemetry of devices that do not exist any more. */
export async function deleteOrphans(pool: Pool): Promise<void> {
  const { rows } = await pool.query<{ deviceKey: number }>(
    `SELECT DISTINCT latest.device_key AS "deviceKey" FROM telemetry.latest
     LEFT JOIN device ON device.key = latest.device_key WHERE device.key IS NULL`,
  )
  for (const { deviceKey } of rows) await deleteTelemetry(pool, [deviceKey])
}

/** Deletes devices' rows before a time from one partition, some at a time. */
export async function deleteRows(
  pool: Pool,
  { name }: PartitionTable,
  deviceKeys: readonly number[],
  beforeUs = Number.MAX_SAFE_INTEGER,
): Promise<void> {
  try {
    for (let deleted = rowsPerDelete; deleted === rowsPerDelete; ) {
      const { rowCount } = await pool.query(
        `DELETE FROM ${name} WHERE ctid = ANY(ARRAY(
           SELECT ctid FROM ${name} WHERE device_key = ANY($1::int[]) AND ts < $2::bigint LIMIT $3))`,
        [deviceKeys, beforeUs, rowsPerDelete],
      )
      deleted = rowCount ?? 0
    }
  } catch (error) {
    // 42P01, undefined table: it was dropped meanwhile, with all its rows.
    if ((error as { code?: string }).code !== '42P01') throw error
  }
}
