import type { Pool } from 'pg'
import type { LimitValues } from '../../foundation/limits/stated-limits.js'
import type { BatchMessage } from './batch.js'
import type { setAsideLimits } from './set-aside-limits.js'

/** A thousand years, for a limit that is turned off. */
const longestDays = 365_000

type Limits = LimitValues<typeof setAsideLimits>

/** Keeps a message that cannot be stored, in place of older ones where there are too many. */
export async function setAside(
  pool: Pool,
  { organizationId, deviceKey, receivedAtMs, payload }: BatchMessage,
  reason: string,
  limits: Limits,
): Promise<void> {
  const kept = payload.subarray(0, limits.payloadBytes)
  await pool.query(
    `WITH surplus AS (
       DELETE FROM telemetry.set_aside WHERE id IN (
         (SELECT id FROM telemetry.set_aside WHERE device_key = $2 ORDER BY id DESC OFFSET $7)
         UNION (SELECT id FROM telemetry.set_aside WHERE organization_id = $1 ORDER BY id DESC OFFSET $8)
         UNION (SELECT id FROM telemetry.set_aside WHERE organization_id = (
             SELECT organization_id FROM telemetry.set_aside GROUP BY 1 ORDER BY count(*) DESC LIMIT 1)
           ORDER BY id LIMIT (SELECT greatest(0, count(*) - $9) FROM telemetry.set_aside))))
     INSERT INTO telemetry.set_aside (organization_id, device_key, received_at, reason, payload, payload_bytes)
     VALUES ($1, $2, to_timestamp($3::float8 / 1000), $4, $5, $6)`,
    [
      organizationId,
      deviceKey,
      receivedAtMs,
      reason,
      kept,
      payload.length,
      ...[limits.messagesPerDevice, limits.messagesPerOrganization, limits.messages].map((most) =>
        Math.min(most - 1, Number.MAX_SAFE_INTEGER),
      ),
    ],
  )
}

/** Deletes what is older than it is kept, and what belongs to devices that do not exist any more. */
export async function deleteOldSetAside(pool: Pool, keptDays: number): Promise<void> {
  await pool.query(
    `DELETE FROM telemetry.set_aside WHERE received_at < now() - $1 * interval '1 day'
       OR NOT EXISTS (SELECT FROM device WHERE device.key = device_key)`,
    [Math.min(keptDays, longestDays)],
  )
}
