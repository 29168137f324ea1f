import pg from 'pg'
import { type Purpose, poolSettings, purposes, serverSettings } from './pool-settings.js'

/** The connections to PostgreSQL by what they are for. */
export type Pools = Readonly<Record<Purpose, pg.Pool>>

/** A server that stopped answering would block the caller for ever; PostgreSQL itself cancels earlier. */
const answerGraceMs = 3_000
/** How long a caller waits for a connection. */
const connectTimeoutMs = 10_000

/** Makes the pools, which connect when they are first used. `onBroken` is told of idle connections that broke. */
export function makePools(databaseUrl: string, onBroken: (purpose: Purpose, error: Error) => void): Pools {
  const entries = purposes.map((purpose) => {
    const pool = makePool(databaseUrl, purpose)
    // Without a listener, a connection that breaks while idle would end the process.
    pool.on('error', (error) => onBroken(purpose, error))
    return [purpose, pool] as const
  })
  return Object.fromEntries(entries) as Record<Purpose, pg.Pool>
}

function makePool(databaseUrl: string, purpose: Purpose): pg.Pool {
  const { connections, statementMs } = poolSettings[purpose]
  return new pg.Pool({
    connectionString: databaseUrl,
    connectionTimeoutMillis: connectTimeoutMs,
    query_timeout: statementMs + answerGraceMs,
    max: connections,
    // Set by a statement, which neither a role's defaults nor options in DATABASE_URL can override.
    onConnect: async (client) => {
      const settings = serverSettings(purpose)
      await client.query(setSql, [Object.keys(settings), Object.values(settings)])
    },
  })
}

const setSql = `
  SELECT set_config(name, value, false)
  FROM unnest($1::text[], $2::text[]) AS setting (name, value)`
