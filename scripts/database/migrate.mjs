import pg from 'pg'
import { UserError } from '../foundation/user-error.mjs'
import { noFilter, readMigrations, toMigrationList } from './migrations.mjs'

/** The advisory lock that keeps two processes from migrating at once; any number that nothing else uses. */
const advisoryLock = 4_354_736

/**
 * Brings the database up to the newest migration.
 * @param {string} databaseUrl
 * @param {{ beforeApplying?: () => Promise<void> }} [options] what to do first when there is a migration to apply
 * @returns {Promise<string[]>} the names of the migrations applied now
 */
export async function migrate(databaseUrl, { beforeApplying } = {}) {
  const client = new pg.Client({ connectionString: databaseUrl })
  await connect(client)
  try {
    await client.query('SELECT pg_advisory_lock($1)', [advisoryLock])
    const migrations = await readMigrations()
    const recorded = await recordedMigrations(client)
    const known = new Set(migrations.map((migration) => migration.name))
    const newer = [...recorded.keys()].filter((name) => !known.has(name))
    if (newer.length > 0) {
      throw new UserError(
        `The database has migrations that this version does not know: ${newer.join(', ')}.`,
        'It was last used by a newer version of Heliograph. Start that version, or restore the backup made before the update.',
      )
    }
    // The engine takes half a second to load; most starts have nothing for it to do.
    if (migrations.every(({ name, checksum }) => recorded.get(name) === checksum)) return []
    await beforeApplying?.()
    return await applyMigrations(databaseUrl, migrations)
  } finally {
    await client.end()
  }
}

/**
 * @param {string} databaseUrl
 * @param {import('./migrations.mjs').Migration[]} migrations
 */
async function applyMigrations(databaseUrl, migrations) {
  const { withSchemaEngine } = await import('./schema-engine.mjs')
  const input = { migrationsList: toMigrationList(migrations), filters: noFilter }
  try {
    const result = await withSchemaEngine(databaseUrl, (engine) => engine.applyMigrations(input))
    return result.appliedMigrationNames
  } catch (error) {
    const [message] = String(/** @type {Error} */ (error).message).split(/\n +0: /)
    throw new UserError(`The database could not be migrated: ${message}`)
  }
}

/**
 * The migrations that the database has, by name, with their checksums.
 * @param {pg.Client} client
 * @returns {Promise<Map<string, string>>}
 */
export async function recordedMigrations(client) {
  const exists = await client.query(`SELECT to_regclass('_prisma_migrations') IS NOT NULL AS yes`)
  if (!exists.rows[0].yes) return new Map()
  const { rows } = await client.query(
    'SELECT migration_name, checksum FROM _prisma_migrations WHERE finished_at IS NOT NULL AND rolled_back_at IS NULL',
  )
  return new Map(rows.map((row) => [row.migration_name, row.checksum]))
}

/** @param {pg.Client} client */
async function connect(client) {
  try {
    await client.connect()
  } catch (error) {
    const { message, code } = /** @type {NodeJS.ErrnoException} */ (error)
    throw new UserError(
      `The database does not answer: ${message || code}`,
      'Check DATABASE_URL, and that the server runs and lets this machine in.',
    )
  }
}
