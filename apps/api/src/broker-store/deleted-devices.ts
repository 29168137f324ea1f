import type { Pool } from 'pg'

/**
 * Forgets what is stored of devices that are gone: a platform that ended right after a deletion did not get to it, and
 * a device made anew under the old id must find nothing.
 */
export async function forgetDeletedDevices(pool: Pool): Promise<void> {
  const { rowCount } = await pool.query(sessionsSql)
  if (rowCount) await pool.query(messagesSql)
  await pool.query(retainedSql)
}

/** Whether there is no such device; both are SQL expressions. */
function isGone(slug: string, deviceId: string): string {
  return `NOT EXISTS (
    SELECT FROM public.device JOIN public.organization ON organization.id = device.organization_id
    WHERE organization.slug = ${slug} AND device.id = ${deviceId})`
}

// `{org}/d/{device}` or `{org}/d/{device}:suffix`
const sessionsSql = `
  WITH gone AS (
    DELETE FROM broker.session
    WHERE split_part(session_id, '/', 2) = 'd'
      AND ${isGone(`split_part(session_id, '/', 1)`, `split_part(split_part(session_id, '/', 3), ':', 1)`)}
    RETURNING session_id
  ), subscription AS (DELETE FROM broker.subscription AS of USING gone WHERE of.session_id = gone.session_id),
    inbound AS (DELETE FROM broker.inbound AS of USING gone WHERE of.session_id = gone.session_id)
  DELETE FROM broker.entry AS of USING gone WHERE of.session_id = gone.session_id`

const messagesSql = `
  DELETE FROM broker.message WHERE NOT EXISTS (SELECT FROM broker.entry WHERE entry.message_id = message.id)`

// `{org}/devices/{device}/…`
const retainedSql = `
  DELETE FROM broker.retained
  WHERE split_part(topic, '/', 2) = 'devices' AND ${isGone(`split_part(topic, '/', 1)`, `split_part(topic, '/', 3)`)}`
