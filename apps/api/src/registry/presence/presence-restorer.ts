import { PresenceReason } from '@heliograph/protocol'
import type { Pool } from 'pg'
import type { PresenceState } from './presence-tracker.js'

/** The last known presence of a device, and the device it belongs to. */
export interface StoredPresence extends PresenceState {
  organizationSlug: string
  deviceId: string
}

const rowsPerPage = 5_000

/** Marks devices as offline that were online when the platform was killed. Returns them. */
export async function endStalePresence(pool: Pool): Promise<StoredPresence[]> {
  const { rows } = await pool.query<StoredPresence>(`
    WITH ended AS (
      UPDATE device_activity SET connected = false, since = now(), reason = 'server_restarted'
      WHERE connected RETURNING device_key, since
    ), change AS (
      INSERT INTO presence_change (device_key, at, online, reason)
      SELECT device_key, since, false, 'server_restarted' FROM ended ORDER BY device_key
    )
    SELECT organization.slug AS "organizationSlug", device.id AS "deviceId", false AS online,
      floor(extract(epoch FROM ended.since) * 1000)::float8 AS since, 'server_restarted' AS reason
    FROM ended
    JOIN device ON device.key = ended.device_key
    JOIN organization ON organization.id = device.organization_id AND organization.deleted_at IS NULL`)
  return rows
}

/** Reads the last known presence of every device that was ever connected, a page of rows at a time. */
export async function* storedPresence(pool: Pool): AsyncGenerator<StoredPresence> {
  for (let after = 0; ; ) {
    const { rows } = await pool.query<Omit<StoredPresence, 'reason'> & { key: number; reason: string }>(
      `SELECT device.key, organization.slug AS "organizationSlug", device.id AS "deviceId",
         activity.connected AS online, floor(extract(epoch FROM activity.since) * 1000)::float8 AS since,
         activity.reason
       FROM device_activity AS activity
       JOIN device ON device.key = activity.device_key
       JOIN organization ON organization.id = device.organization_id AND organization.deleted_at IS NULL
       WHERE activity.device_key > $1 AND activity.since IS NOT NULL AND activity.reason IS NOT NULL
       ORDER BY activity.device_key LIMIT $2`,
      [after, rowsPerPage],
    )
    for (const { key, ...row } of rows) {
      after = key
      const reason = PresenceReason.safeParse(row.reason)
      if (reason.success) yield { ...row, reason: reason.data }
    }
    if (rows.length < rowsPerPage) return
  }
}
