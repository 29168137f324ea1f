#!/usr/bin/env node
// Writes the migration from the newest one to prisma/schema.prisma.
// Usage: node scripts/database/create-migration.mjs NAME
import fs from 'node:fs/promises'
import path from 'node:path'
import { describeError, UserError } from '../foundation/user-error.mjs'
import { migrationsDirectory } from './migrations.mjs'
import { schemaDrift } from './schema-drift.mjs'
import { startThrowawayPostgres } from './throwaway.mjs'

try {
  const name = process.argv[2]
  if (!name || !/^[a-z0-9_]+$/.test(name)) {
    throw new UserError('Usage: node scripts/database/create-migration.mjs NAME   (a-z, 0-9 and _)')
  }
  const postgres = await startThrowawayPostgres()
  let sql
  try {
    sql = await schemaDrift(postgres.url)
  } finally {
    await postgres.stop()
  }
  if (sql === undefined) {
    process.stdout.write('Nothing to do: the migrations already make the schema.\n')
  } else {
    const stamp = new Date().toISOString().replace(/\D/g, '').slice(0, 14)
    const directory = path.join(migrationsDirectory, `${stamp}_${name}`)
    await fs.mkdir(directory, { recursive: true })
    await fs.writeFile(path.join(directory, 'migration.sql'), sql)
    process.stdout.write(`${path.relative(process.cwd(), directory)}/migration.sql\n`)
  }
} catch (error) {
  process.stderr.write(`${describeError(error)}\n`)
  process.exitCode = 1
}
// The schema engine leaves a timer of ten seconds, which would delay the end.
process.exit()
