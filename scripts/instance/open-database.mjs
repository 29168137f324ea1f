import { setTimeout as sleep } from 'node:timers/promises'
import { say, step } from '../foundation/progress.mjs'
import { recordDatabase } from './data-directory.mjs'

/**
 * @typedef {object} Database
 * @property {string} url
 * @property {string} [adminUrl] as a superuser, of the embedded one
 * @property {(timeoutMs: number) => Promise<void>} stop
 */

/** Processes of a killed PostgreSQL may hold its shared memory for seconds; a new one cannot start before. */
const restartAttempts = 20
const restartPauseMs = 500

/**
 * Opens and migrates this instance's database: the server that DATABASE_URL names, or the embedded PostgreSQL, which is
 * started again whenever it ends by itself. Calls `onLost` when that fails.
 * @param {import('./configuration.mjs').Configuration} configuration
 * @param {(error: unknown) => void} onLost
 * @returns {Promise<Database>}
 */
export async function openDatabase({ databaseUrl, dataDir }, onLost) {
  const database = databaseUrl
    ? { url: databaseUrl, stop: async () => {} }
    : await keepEmbedded(dataDir, onLost)
  try {
    const { migrate } = await import('../database/migrate.mjs')
    const { migrateSealed } = await import('../database/migrate-sealed.mjs')
    const { url, adminUrl } = database
    const describe = (/** @type {string[]} */ applied) =>
      applied.length > 0 ? `${applied.length} applied` : 'nothing to apply'
    await step(
      'migrations',
      'applying',
      () => (adminUrl ? migrateSealed({ url, adminUrl }) : migrate(url)),
      describe,
    )
  } catch (error) {
    await database.stop(5_000)
    throw error
  }
  return database
}

/**
 * @param {string} dataDir
 * @param {(error: unknown) => void} onLost
 * @returns {Promise<Database>}
 */
async function keepEmbedded(dataDir, onLost) {
  // Imported here, because it needs dependencies that are installed only by now.
  const { startEmbeddedPostgres } = await import('../database/embedded-postgres.mjs')
  let stopping = false
  let postgres = await step(
    'database',
    'starting PostgreSQL',
    () => startEmbeddedPostgres({ dataDir }),
    ({ created, recovered }) => {
      if (created) return 'made and started'
      return recovered ? 'started, after stopping the one that an earlier start had left running' : 'started'
    },
  )
  recordDatabase(dataDir)
  if (postgres.home !== dataDir) sayWhereFilesAre(postgres.home, dataDir)

  const watch = async () => {
    await postgres.exited
    if (stopping) return
    say('PostgreSQL ended by itself; starting it again.')
    try {
      postgres = await retry(() => startEmbeddedPostgres({ dataDir }))
      watch()
    } catch (error) {
      if (!stopping) onLost(error)
    }
  }
  watch()

  return {
    url: postgres.url,
    adminUrl: postgres.adminUrl,
    async stop(timeoutMs) {
      stopping = true
      await postgres.stop(timeoutMs)
    },
  }
}

/**
 * @param {string} home
 * @param {string} dataDir
 */
function sayWhereFilesAre(home, dataDir) {
  say(`                Its files are in ${home}, not in ${dataDir}: PostgreSQL refuses to run as root, user`)
  say(
    '                namespaces are blocked here, and the account that it runs as cannot enter the directory.',
  )
  say('                See docs/operation.md, “Started as root”.')
}

/**
 * @template T
 * @param {() => Promise<T>} work
 */
async function retry(work) {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work()
    } catch (error) {
      if (attempt === restartAttempts) throw error
      await sleep(restartPauseMs)
    }
  }
}
