import type pg from 'pg'

const tables = ['session', 'subscription', 'inbound', 'will', 'message', 'entry', 'retained'] as const

export async function emptyStore(pool: pg.Pool): Promise<void> {
  await pool.query(`TRUNCATE ${tables.map((table) => `broker.${table}`).join(', ')}`)
}

/** How many rows each table of the store has. */
export async function rowCounts(pool: pg.Pool): Promise<Record<(typeof tables)[number], number>> {
  const counts = tables.map((table) => `(SELECT count(*) FROM broker.${table})::int AS ${table}`)
  const { rows } = await pool.query(`SELECT ${counts.join(', ')}`)
  return rows[0]
}
