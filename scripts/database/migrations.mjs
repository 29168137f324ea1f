import { createHash } from 'node:crypto'
import fs from 'node:fs/promises'
import path from 'node:path'
import { inProject } from '../foundation/paths.mjs'

/** @typedef {{ name: string, sql: string, checksum: string }} Migration */

export const migrationsDirectory = inProject('prisma', 'migrations')

/**
 * All migrations, oldest first.
 * @returns {Promise<Migration[]>}
 */
export async function readMigrations(directory = migrationsDirectory) {
  const entries = await fs.readdir(directory, { withFileTypes: true })
  const names = entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name)
  return Promise.all(
    names.sort().map(async (name) => {
      const sql = await fs.readFile(path.join(directory, name, 'migration.sql'), 'utf8')
      return { name, sql, checksum: createHash('sha256').update(sql).digest('hex') }
    }),
  )
}

/**
 * The migrations as the schema engine takes them.
 * @param {Migration[]} migrations
 */
export function toMigrationList(migrations) {
  return {
    baseDir: 'prisma/migrations',
    lockfile: { path: 'migration_lock.toml', content: 'provider = "postgresql"' },
    shadowDbInitScript: '',
    migrationDirectories: migrations.map(({ name, sql }) => ({
      path: name,
      migrationFile: { path: 'migration.sql', content: { tag: /** @type {const} */ ('ok'), value: sql } },
    })),
  }
}

/** Names no tables or enums that Prisma is to ignore. */
export const noFilter = { externalTables: [], externalEnums: [] }
