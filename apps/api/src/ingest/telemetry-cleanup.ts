import type { Pool } from 'pg'

const rowsPerDelete = 20_000

/** Deletes all samples of a device, in small transactions. `latest` goes last: it says that there is more to do. */
export async function deleteTelemetry(pool: Pool, deviceKey: number): Promise<void> {
  for (let deleted = rowsPerDelete; deleted === rowsPerDelete; ) {
    const { rowCount } = await pool.query(
      `DELETE FROM telemetry.sample WHERE ctid = ANY(ARRAY(
         SELECT ctid FROM telemetry.sample WHERE device_key = $1 LIMIT $2))`,
      [deviceKey, rowsPerDelete],
    )
    deleted = rowCount ?? 0
  }
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
