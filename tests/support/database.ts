import { randomUUID } from 'node:crypto'
import pg from 'pg'
import { inject } from 'vitest'
import { apiRole } from '../../scripts/database/api-role.mjs'

export interface TestDatabase {
  /** As the role of the api, which owns the database. */
  url: string
  /** As a superuser. */
  adminUrl: string
  /** Connections as a superuser. */
  pool: pg.Pool
  drop(): Promise<void>
}

/** A fresh database with all migrations applied. */
export async function createDatabase(): Promise<TestDatabase> {
  const name = `test_${randomUUID().replaceAll('-', '')}`
  await administer(`CREATE DATABASE ${name} TEMPLATE migrated OWNER ${apiRole}`)
  const adminUrl = named(name, inject('postgresUrl'))
  const pool = new pg.Pool({ connectionString: adminUrl, max: 4 })
  // A lost connection fails the query that uses it; the loss of an idle one is no error.
  pool.on('error', () => {})
  return {
    url: named(name, inject('apiPostgresUrl')),
    adminUrl,
    pool,
    async drop() {
      await pool.end()
      await administer(`DROP DATABASE ${name} WITH (FORCE)`)
    },
  }
}

/** An empty database, without even the migrations. */
export async function createEmptyDatabase(): Promise<Omit<TestDatabase, 'pool' | 'adminUrl'>> {
  const name = `empty_${randomUUID().replaceAll('-', '')}`
  await administer(`CREATE DATABASE ${name} OWNER ${apiRole}`)
  return {
    url: named(name, inject('apiPostgresUrl')),
    drop: () => administer(`DROP DATABASE ${name} WITH (FORCE)`),
  }
}

function named(name: string, server: string): string {
  const url = new URL(server)
  url.pathname = `/${name}`
  return url.href
}

async function administer(sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: named('postgres', inject('postgresUrl')) })
  await client.connect()
  try {
    await client.query(sql)
  } finally {
    await client.end()
  }
}
