#!/usr/bin/env node
// Starts a database with all migrations applied, prints its DATABASE_URL, and stops with Ctrl-C.
// Usage: node scripts/database/dev-database.mjs [--dir DIRECTORY]   (without a directory it is thrown away at the end)
import path from 'node:path'
import { parseArgs } from 'node:util'
import { describeError } from '../foundation/user-error.mjs'
import { migrateSealed } from './migrate-sealed.mjs'
import { startThrowawayPostgres } from './throwaway.mjs'

const { values } = parseArgs({ options: { dir: { type: 'string' } } })
try {
  const postgres = await startThrowawayPostgres(values.dir ? { dataDir: path.resolve(values.dir) } : {})
  for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])) {
    process.once(signal, () => postgres.stop())
  }
  try {
    await migrateSealed(postgres)
  } catch (error) {
    await postgres.stop()
    throw error
  }
  process.stdout.write(`DATABASE_URL=${postgres.url}\n`)
  await postgres.exited
} catch (error) {
  process.stderr.write(`${describeError(error)}\n`)
  process.exitCode = 1
}
