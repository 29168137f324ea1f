#!/usr/bin/env node
// Brings the database that DATABASE_URL names up to the newest migration. Used by the api's container.
import { migrate } from './database/migrate.mjs'
import { describeError } from './foundation/user-error.mjs'

const { DATABASE_URL: databaseUrl } = process.env
if (!databaseUrl) {
  process.stderr.write('There is no database to migrate: set DATABASE_URL.\n')
  process.exit(1)
}
try {
  const applied = await migrate(databaseUrl)
  process.stdout.write(applied.length > 0 ? `migrated: ${applied.join(', ')}\n` : 'nothing to migrate\n')
} catch (error) {
  process.stderr.write(`${describeError(error)}\n`)
  process.exitCode = 1
}
// The schema engine leaves a timer of ten seconds, which would delay the end.
process.exit()
