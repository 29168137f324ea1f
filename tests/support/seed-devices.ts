import type pg from 'pg'

const manyDevices = 5_000

/** Makes devices `d0`, `d1`, …: a quarter each never seen, online, quiet and offline. */
export async function seedDevices(
  pool: Pick<pg.Pool, 'query'>,
  organization: string,
  count: number,
): Promise<void> {
  const insert = () =>
    pool.query(
      `WITH made AS (
       INSERT INTO device (organization_id, id, name, tags, updated_at)
       SELECT o.id, 'd' || n, 'Device ' || n, '{}', now()
       FROM organization o, generate_series(0, $2::int - 1) n WHERE o.slug = $1
       RETURNING key, substr(id, 2)::int AS n
     )
     INSERT INTO device_activity (device_key, connected, since, reason, last_message_at)
     SELECT key, n % 4 < 3, now() - interval '1 day', 'connected',
       now() - CASE n % 4 WHEN 1 THEN interval '0' WHEN 2 THEN interval '2 hours' ELSE interval '2 days' END
     FROM made WHERE n % 4 > 0`,
      [organization, count],
    )
  await (count < manyDevices ? insert() : withoutSearchIndex(pool, insert))
  await pool.query('ANALYZE device, device_activity')
}

/** Inserts devices without the index of searches, and makes it afterwards: a twentieth of the time. */
export async function withoutSearchIndex(
  pool: Pick<pg.Pool, 'query'>,
  insert: () => Promise<unknown>,
): Promise<void> {
  const { rows } = await pool.query("SELECT pg_get_indexdef('device_search_idx'::regclass) AS definition")
  await pool.query('DROP INDEX device_search_idx')
  await insert()
  await pool.query(rows[0].definition)
}
