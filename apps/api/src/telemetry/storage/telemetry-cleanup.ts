import type { Pool } from 'pg'
import { deleteRows, listPartitions } from './partition-tables.js'

/** Deletes all telemetry of a device, in small transactions. `latest` goes last: it says that there is more to do. */
export async function deleteTelemetry(pool: Pool, deviceKey: number): Promise<void> {
  for (const partition of await listPartitions(pool)) await deleteRows(pool, partition, deviceKey)
  await pool.query('DELETE FROM telemetry.latest WHERE device_key = $1', [deviceKey])
}

/** Deletes the telemetry of devices that are no more. */
export async function deleteOrphans(pool: Pool): Promise<void> {
  const { rows } = await pool.query<{ deviceKey: number }>(
    `SELECT DISTINCT latest.device_key AS "deviceKey" FROM telemetry.latest
     LEFT JOIN device ON device.key = latest.device_key WHERE device.key IS NULL`,
  )
  for (const { deviceKey } of rows) await deleteTelemetry(pool, deviceKey)
}
