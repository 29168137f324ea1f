import pg from 'pg'
import type { TestProject } from 'vitest/node'
import { migrateSealed } from '../../scripts/database/migrate-sealed.mjs'
import { startThrowawayPostgres } from '../../scripts/database/throwaway.mjs'

declare module 'vitest' {
  interface ProvidedContext {
    /** A migrated database of this test run, on the PostgreSQL that suites make databases of their own on; as a superuser. */
    postgresUrl: string
    /** The same as the role of the api. */
    apiPostgresUrl: string
  }
}

/** One PostgreSQL for all suites of a project, each of which makes databases of its own. */
export default async function setUp(project: TestProject) {
  const postgres = await startThrowawayPostgres()
  try {
    await migrateSealed(postgres)
    await keepTemplate(postgres.adminUrl)
  } catch (error) {
    await postgres.stop()
    throw error
  }
  project.provide('postgresUrl', postgres.adminUrl)
  project.provide('apiPostgresUrl', postgres.url)
  return () => postgres.stop()
}

/** Makes a copy to which nothing ever connects, because PostgreSQL copies no database that is in use. */
async function keepTemplate(url: string): Promise<void> {
  const administration = new URL(url)
  administration.pathname = '/postgres'
  const client = new pg.Client({ connectionString: administration.href })
  await client.connect()
  await client.query('CREATE DATABASE migrated TEMPLATE heliograph')
  await client.end()
}
