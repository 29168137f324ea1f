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

  it('refuse a database of a newer version', async () => {
    const database = await createDatabase()
    cleanUps.push(database.drop)
    await database.pool.query(
      `INSERT INTO _prisma_migrations (id, checksum, migration_name, finished_at) VALUES ('x', 'y', '99991231_future', now())`,
    )
    await expect(migrate(database.url)).rejects.toThrow(/99991231_future[\s\S]*newer version/)
  })
})
