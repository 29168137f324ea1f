import type { Pool } from 'pg'
import { deleteRows } from '../storage/delete-telemetry.js'
import { listDetached, listPartitions } from '../storage/partition-tables.js'
import { weekOf, weekStartUs } from '../storage/partitions.js'

export const dayMs = 86_400_000
const hourMs = 3_600_000

/** How long an organization keeps its telemetry; null: without end. */
export interface OrganizationRetention {
  organizationId: number
  days: number | null
}

/** The retention of each organization: its own, or the default. */
export async function loadRetention(
  pool: Pool,
  defaultDays: number | null,
): Promise<OrganizationRetention[]> {
  const { rows } = await pool.query<OrganizationRetention>(
    'SELECT id AS "organizationId", nullif(coalesce(retention_days, $1::int), 0) AS days FROM organization',
    [defaultDays],
  )
  return rows
}

/**
 * Deletes samples and roll-ups that are older than the retention: whole partitions that are too old for every organization,
 * then rows of organizations that keep less. It cuts at full hours, so that a roll-up is deleted with all its samples.
 */
export async function applyRetention(
  pool: Pool,
  retention: readonly OrganizationRetention[],
  nowMs: number,
): Promise<void> {
  await finishDetaching(pool)
  if (retention.length === 0) return
  const longest = Math.max(...retention.map(({ days }) => days ?? Number.POSITIVE_INFINITY))
  if (Number.isFinite(longest)) await dropPartitions(pool, cutUs(nowMs, longest))
  for (const { organizationId, days } of retention) {
    if (days === null) continue
    // The organizations that keep longest wait until the week is over: their samples are dropped with the partition.
    const beforeUs = days === longest ? weekStartUs(weekOf(cutUs(nowMs, days))) : cutUs(nowMs, days)
    await deleteOlder(pool, organizationId, beforeUs)
  }
}

function cutUs(nowMs: number, days: number): number {
  return cutMs(nowMs, days) * 1_000
}

/** The time before which telemetry is deleted, in epoch milliseconds: a full hour. */
export function cutMs(nowMs: number, days: number): number {
  const ms = Math.max(0, nowMs - days * dayMs)
  return ms - (ms % hourMs)
}

/**
 * Finishes detaching that was interrupted: PostgreSQL inserts nothing into such a partition, and detaches no other one
 * before it is finished.
 */
async function finishDetaching(pool: Pool): Promise<void> {
  for (const { parent, name, detaching } of await listPartitions(pool))
    if (detaching) await pool.query(`ALTER TABLE telemetry.${parent} DETACH PARTITION ${name} FINALIZE`)
}

/** Drops the partitions that end before a time. Reading and writing others does not wait for it. */
async function dropPartitions(pool: Pool, beforeUs: number): Promise<void> {
  for (const { parent, name, toUs } of await listPartitions(pool))
    if (toUs <= beforeUs)
      await pool.query(`ALTER TABLE telemetry.${parent} DETACH PARTITION ${name} CONCURRENTLY`)
  for (const { name, toUs } of await listDetached(pool))
    if (toUs <= beforeUs) await pool.query(`DROP TABLE IF EXISTS ${name}`)
}

async function deleteOlder(pool: Pool, organizationId: number, beforeUs: number): Promise<void> {
  const { rows: devices } = await pool.query<{ key: number }>(
    'SELECT key FROM device WHERE organization_id = $1 ORDER BY key',
    [organizationId],
  )
  for (const partition of await listPartitions(pool))
    if (partition.fromUs < beforeUs)
      for (const { key } of devices) await deleteRows(pool, partition, [key], beforeUs)
}
