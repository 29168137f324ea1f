import { canRetain, deviceOf } from '@heliograph/protocol'
import type { Pool } from 'pg'

/** So many topics are held in memory at a time. */
const topicsPerPage = 1_000

/**
 * Deletes what is stored for devices, applications, sign-in sessions and API keys that no longer exist: a platform that stopped right
 * after a deletion did not do it, and a new device with the same id must not find the sessions and messages of the old one.
 * Retained messages of channels that are not retained (any more) go too, as no later message would replace them.
 */
export async function deleteOrphans(pool: Pool): Promise<void> {
  const { rowCount } = await pool.query(deleteSessionsSql)
  if (rowCount) await pool.query(deleteMessagesSql)
  await deleteRetained(pool)
}

async function deleteRetained(pool: Pool): Promise<void> {
  for (let after = ''; ; ) {
    const { rows } = await pool.query<{ topic: string }>(topicsSql, [after, topicsPerPage])
    const topics = rows.map(({ topic }) => topic)
    const orphans = [
      ...topics.filter((topic) => !canRetain(topic)),
      ...(await orphansAmong(pool, topics.filter(canRetain))),
    ]
    if (orphans.length > 0) await pool.query('DELETE FROM broker.retained WHERE topic = ANY($1)', [orphans])
    if (topics.length < topicsPerPage) return
    after = topics.at(-1) ?? after
  }
}

/** The topics of devices that do not exist. */
async function orphansAmong(pool: Pool, topics: readonly string[]): Promise<string[]> {
  const owners = topics.flatMap((topic) => {
    const device = deviceOf(topic)
    return device === null ? [] : [{ topic, ...device }]
  })
  if (owners.length === 0) return []
  const { rows } = await pool.query<{ topic: string }>(orphansSql, [
    owners.map(({ topic }) => topic),
    owners.map(({ org }) => org),
    owners.map(({ device }) => device),
  ])
  return rows.map(({ topic }) => topic)
}

const topicsSql = 'SELECT topic FROM broker.retained WHERE topic > $1 ORDER BY topic LIMIT $2'

const orphansSql = `
  SELECT topic FROM unnest($1::text[], $2::text[], $3::text[]) AS owner (topic, slug, device_id)
  WHERE NOT EXISTS (
    SELECT FROM public.device JOIN public.organization ON organization.id = device.organization_id
    WHERE organization.slug = owner.slug AND device.id = owner.device_id)`

// session-ids.ts makes the names of owners.
const deleteSessionsSql = `
  WITH orphan AS (
    DELETE FROM broker.session AS stored
    WHERE NOT EXISTS (SELECT FROM public.device WHERE stored.owner = 'device ' || device.key)
      AND NOT EXISTS (SELECT FROM public.application WHERE stored.owner = 'application ' || application.id)
      AND NOT EXISTS (SELECT FROM public.session WHERE stored.owner = 'session ' || session.id AND expires_at > now())
      AND NOT EXISTS (SELECT FROM public.api_key WHERE stored.owner = 'apiKey ' || api_key.id AND expires_at > now())
    RETURNING session_id
  ), subscription AS (DELETE FROM broker.subscription AS of USING orphan WHERE of.session_id = orphan.session_id),
    inbound AS (DELETE FROM broker.inbound AS of USING orphan WHERE of.session_id = orphan.session_id),
    will AS (DELETE FROM broker.will AS of USING orphan WHERE of.session_id = orphan.session_id)
  DELETE FROM broker.entry AS of USING orphan WHERE of.session_id = orphan.session_id`

const deleteMessagesSql = `
  DELETE FROM broker.message WHERE NOT EXISTS (SELECT FROM broker.entry WHERE entry.message_id = message.id)`
