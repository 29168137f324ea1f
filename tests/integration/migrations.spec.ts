import pg from 'pg'
import { afterEach, describe, expect, it } from 'vitest'
import { migrate } from '../../scripts/database/migrate.mjs'
import { readMigrations } from '../../scripts/database/migrations.mjs'
import { schemaDrift } from '../../scripts/database/schema-drift.mjs'
import { createDatabase, createEmptyDatabase } from '../support/database.js'

const cleanUps: (() => Promise<void>)[] = []

async function emptyDatabaseUrl(): Promise<string> {
  const database = await createEmptyDatabase()
  cleanUps.push(database.drop)
  return database.url
}

describe('the migrations', () => {
  afterEach(async () => {
    for (const cleanUp of cleanUps.splice(0)) await cleanUp()
  })

  it('make exactly prisma/schema.prisma', async () => {
    expect(await schemaDrift(await emptyDatabaseUrl())).toBeUndefined()
  })

  it('are applied once each', async () => {
    const url = await emptyDatabaseUrl()
    const names = (await readMigrations()).map(({ name }) => name)
    expect(await migrate(url)).toEqual(names)
    expect(await migrate(url)).toEqual([])
  })

  it('are applied once each when two processes start at the same time', async () => {
    const url = await emptyDatabaseUrl()
    const applied = await Promise.all([migrate(url), migrate(url), migrate(url)])
    expect(applied.flat()).toEqual((await readMigrations()).map(({ name }) => name))
  })

  it('find out which API keys were made with which, and end them with their makers', async () => {
    const client = new pg.Client({ connectionString: await emptyDatabaseUrl() })
    await client.connect()
    try {
      const migrations = await readMigrations()
      const index = migrations.findIndex(({ name }) => name.endsWith('_api_key_maker'))
      for (const { sql } of migrations.slice(0, index)) await client.query(sql)
      await client.query(keysOfOldVersion)
      await client.query(migrations[index]?.sql ?? '')
      const { rows } = await client.query(
        `SELECT id, created_by_id, created_by_key_id, expires_at::date::text AS ends FROM api_key ORDER BY id`,
      )
      expect(rows).toEqual([
        { id: 'a', created_by_id: 'ada', created_by_key_id: null, ends: '2030-01-01' },
        { id: 'b', created_by_id: 'ada', created_by_key_id: 'a', ends: '2030-01-01' },
        { id: 'c', created_by_id: 'ada', created_by_key_id: 'b', ends: '2029-01-01' },
        { id: 'd', created_by_id: null, created_by_key_id: null, ends: '2035-01-01' },
      ])
    } finally {
      await client.end()
    }
  })

  it('make the first account the platform administrator', async () => {
    const client = new pg.Client({ connectionString: await emptyDatabaseUrl() })
    await client.connect()
    try {
      const migrations = await readMigrations()
      const index = migrations.findIndex(({ name }) => name.endsWith('_platform_administrator'))
      for (const { sql } of migrations.slice(0, index)) await client.query(sql)
      await client.query(
        `INSERT INTO "user" (id, name, email, created_at, updated_at) VALUES
           ('second', 'Bo', 'bo@example.com', '2026-02-01', now()),
           ('first', 'Ada', 'ada@example.com', '2026-01-01', now())`,
      )
      await client.query(migrations[index]?.sql ?? '')
      const { rows } = await client.query('SELECT id, platform_administrator AS is FROM "user" ORDER BY id')
      expect(rows).toEqual([
        { id: 'first', is: true },
        { id: 'second', is: false },
      ])
    } finally {
      await client.end()
    }
  })

  it('make the admin who was there first the owner of each organization', async () => {
    const client = new pg.Client({ connectionString: await emptyDatabaseUrl() })
    await client.connect()
    try {
      const migrations = await readMigrations()
      const index = migrations.findIndex(({ name }) => name.endsWith('_members'))
      for (const { sql } of migrations.slice(0, index)) await client.query(sql)
      await client.query(membersOfOldVersion)
      await client.query(migrations[index]?.sql ?? '')
      const { rows } = await client.query(
        'SELECT organization_id AS org, user_id AS id, role FROM member ORDER BY 1, 2',
      )
      expect(rows).toEqual([
        { org: 1, id: 'ada', role: 'owner' },
        { org: 1, id: 'bo', role: 'admin' },
        { org: 1, id: 'cy', role: 'viewer' },
        { org: 2, id: 'bo', role: 'owner' },
        { org: 3, id: 'cy', role: 'viewer' },
      ])
    } finally {
      await client.end()
    }
  })

  it('refuse a database of a newer version', async () => {
    const database = await createDatabase()
    cleanUps.push(database.drop)
    await database.pool.query(
      `INSERT INTO _prisma_migrations (id, checksum, migration_name, finished_at) VALUES ('x', 'y', '99991231_future', now())`,
    )
    await expect(migrate(database.url)).rejects.toThrow(/99991231_future[\s\S]*newer version/)
  })
})

/** Cy looked on before Ada founded the first organization; nobody is admin of the third. */
const membersOfOldVersion = `
  INSERT INTO "user" (id, name, email, updated_at) VALUES
    ('ada', 'Ada', 'ada@example.com', now()), ('bo', 'Bo', 'bo@example.com', now()),
    ('cy', 'Cy', 'cy@example.com', now());
  INSERT INTO organization (id, slug, name) VALUES (1, 'one', 'One'), (2, 'two', 'Two'), (3, 'three', 'Three');
  INSERT INTO member (organization_id, user_id, role, created_at) VALUES
    (1, 'cy', 'viewer', '2026-01-01'), (1, 'ada', 'admin', '2026-01-02'), (1, 'bo', 'admin', '2026-01-03'),
    (2, 'bo', 'admin', '2026-01-01'), (3, 'cy', 'viewer', '2026-01-01')`

/** Ada made a, a made b, b made c, and a key that was deleted since made d. */
const keysOfOldVersion = `
  INSERT INTO "user" (id, name, email, updated_at) VALUES ('ada', 'Ada', 'ada@example.com', now());
  INSERT INTO organization (id, slug, name) VALUES (1, 'acme', 'Acme');
  INSERT INTO api_key (id, organization_id, created_by_id, name, role, secret_hash, hint, expires_at) VALUES
    ('a', 1, 'ada', 'a', 'admin', '\\x01', 'aaaa', '2030-01-01'),
    ('b', 1, NULL, 'b', 'admin', '\\x02', 'bbbb', '2035-01-01'),
    ('c', 1, NULL, 'c', 'admin', '\\x03', 'cccc', '2029-01-01'),
    ('d', 1, NULL, 'd', 'admin', '\\x04', 'dddd', '2035-01-01');
  INSERT INTO audit_row (organization_id, actor, action, target) VALUES
    (1, 'person:ada', 'apiKey.create', 'api-key/a'), (1, 'key:a', 'apiKey.create', 'api-key/b'),
    (1, 'key:b', 'apiKey.create', 'api-key/c'), (1, 'key:gone', 'apiKey.create', 'api-key/d')`
