import type { Pool } from 'pg'

/**
 * Forgets what is stored of devices, sign-in sessions and API keys that are gone: a platform that ended right after a
 * deletion did not get to it, and a device made anew under the old id must find nothing.
 */
export async function forgetGoneOwners(pool: Pool): Promise<void> {
  const { rowCount } = await pool.query(sessionsSql)
  if (rowCount) await pool.query(messagesSql)
  await pool.query(retainedSql)
}

// As session-ids.ts names owners.
const sessionsSql = `
  WITH gone AS (
    DELETE FROM broker.session AS stored
    WHERE NOT EXISTS (SELECT FROM public.device WHERE stored.owner = 'device ' || device.key)
      AND NOT EXISTS (SELECT FROM public.session WHERE stored.owner = 'session ' || session.id AND expires_at > now())
      AND NOT EXISTS (SELECT FROM public.api_key WHERE stored.owner = 'apiKey ' || api_key.id AND expires_at > now())
    RETURNING session_id
  ), subscription AS (DELETE FROM broker.subscription AS of USING gone WHERE of.session_id = gone.session_id),
    inbound AS (DELETE FROM broker.inbound AS of USING gone WHERE of.session_id = gone.session_id)
  DELETE FROM broker.entry AS of USING gone WHERE of.session_id = gone.session_id`

const messagesSql = `
  DELETE FROM broker.message WHERE NOT EXISTS (SELECT FROM broker.entry WHERE entry.message_id = message.id)`

// `{org}/devices/{device}/…`
const retainedSql = `
  DELETE FROM broker.retained
  WHERE split_part(topic, '/', 2) = 'devices' AND NOT EXISTS (
    SELECT FROM public.device JOIN public.organization ON organization.id = device.organization_id
    WHERE organization.slug = split_part(topic, '/', 1) AND device.id = split_part(topic, '/', 3))`
