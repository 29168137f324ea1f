import type pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  connectionsInAll,
  poolSettings,
  purposes,
} from '../../../apps/api/src/foundation/database/pool-settings.js'
import { makePools, type Pools } from '../../../apps/api/src/foundation/database/pools.js'
import { defaultSettings } from '../../../scripts/database/embedded-postgres.mjs'
import { createDatabase, type TestDatabase } from '../../support/database.js'

/** Kept for a superuser, by PostgreSQL's default. */
const reserved = 3

let database: TestDatabase
let pools: Pools

beforeAll(async () => {
  database = await createDatabase()
  const url = new URL(database.url)
  // What an operator or a role sets does not undo the limits.
  url.searchParams.set('options', '-c statement_timeout=0 -c lock_timeout=0')
  url.searchParams.set('application_name', 'other')
  pools = makePools(url.href, () => {})
})
afterAll(async () => {
  await Promise.all(Object.values(pools ?? {}).map((pool) => pool.end()))
  await database?.drop()
})

async function settingsOf(client: Pick<pg.Pool, 'query'>) {
  const { rows } = await client.query(
    `SELECT name, setting FROM pg_settings WHERE name IN
       ('statement_timeout', 'lock_timeout', 'idle_in_transaction_session_timeout', 'application_name')`,
  )
  return Object.fromEntries(rows.map(({ name, setting }) => [name, setting]))
}

describe('the connections to the database', () => {
  it.each(purposes)('for %s have their limits on the server, whatever DATABASE_URL says', async (purpose) => {
    const { statementMs, lockMs, idleInTransactionMs } = poolSettings[purpose]
    expect(await settingsOf(pools[purpose])).toEqual({
      application_name: `heliograph ${purpose}`,
      statement_timeout: String(statementMs),
      lock_timeout: String(lockMs),
      idle_in_transaction_session_timeout: String(idleInTransactionMs),
    })
  })

  it('have them on each connection', async () => {
    const { lists } = pools
    const clients = await Promise.all(
      Array.from({ length: poolSettings.lists.connections }, () => lists.connect()),
    )
    try {
      for (const client of clients)
        expect(await settingsOf(client)).toMatchObject({
          statement_timeout: String(poolSettings.lists.statementMs),
        })
    } finally {
      for (const client of clients) client.release()
    }
  })

  it('end a statement that takes too long on the server, and keep the connection', async () => {
    const client = await pools.lists.connect()
    try {
      await client.query('SET statement_timeout = 50')
      await expect(client.query('SELECT pg_sleep(60)')).rejects.toMatchObject({ code: '57014' })
      expect((await client.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }])
    } finally {
      client.release(true)
    }
  })

  it.each(['ingest', 'lists', 'history', 'registry', 'background'] as const)(
    'for %s take one processor for a statement',
    async (purpose) => {
      const { rows } = await pools[purpose].query(
        "SELECT setting FROM pg_settings WHERE name IN ('jit', 'max_parallel_workers_per_gather') ORDER BY name",
      )
      expect(rows).toEqual([{ setting: 'off' }, { setting: '0' }])
    },
  )

  it('for reading change nothing', async () => {
    for (const purpose of ['lists', 'history'] as const)
      await expect(pools[purpose].query('CREATE TABLE x (y INT)')).rejects.toMatchObject({ code: '25006' })
  })

  it('fit into the embedded PostgreSQL, beside a backup, a migration and a person', () => {
    expect(connectionsInAll).toBeLessThanOrEqual(Number(defaultSettings.max_connections) - reserved - 10)
  })
})
