import fs from 'node:fs'
import path from 'node:path'
import pg from 'pg'
import { startEmbeddedPostgres, urlsOfEmbeddedPostgres } from '../database/embedded-postgres.mjs'
import { clusterDirectory } from '../database/postgres-runner.mjs'
import { UserError } from '../foundation/user-error.mjs'
import { prepareDataDirectory } from '../instance/data-directory.mjs'
import { lockInstance } from '../instance/instance-lock.mjs'
import { lockHolder } from '../process/lock.mjs'

/**
 * Opens a replication session with the data directory's PostgreSQL: that of the running instance, or one that is started
 * until the session is closed.
 * @param {string} dataDir
 * @param {import('./command-line.mjs').Cleanup} cleanup
 * @returns {Promise<{ client: pg.Client, url: string, close: () => Promise<void> }>} `url` is for queries of the tables, which
 * a superuser must not run: whatever the api's role has made of them would run as the superuser
 */
export async function openCluster(dataDir, cleanup) {
  if (!fs.existsSync(clusterDirectory(dataDir))) {
    throw new UserError(
      `There is no embedded database in ${dataDir}.`,
      'Set DATA_DIR to the data directory of the platform. For your own PostgreSQL server see docs/backup.md.',
    )
  }
  const own = lockHolder(path.join(dataDir, 'lock')) ? undefined : await startTemporarily(dataDir, cleanup)
  try {
    const { url, adminUrl } = own ?? urlsOfEmbeddedPostgres(dataDir)
    const client = await connect(adminUrl)
    const close = async () => {
      // An orderly close would first receive the rest of an interrupted copy.
      client.removeAllListeners('end')
      destroySocket(client)
      await own?.stop()
    }
    return { client, url, close }
  } catch (error) {
    await own?.stop()
    throw error
  }
}

/**
 * @param {string} dataDir
 * @param {import('./command-line.mjs').Cleanup} cleanup
 */
async function startTemporarily(dataDir, cleanup) {
  prepareDataDirectory(dataDir)
  const lock = await lockInstance(dataDir)
  cleanup.add(() => lock.release())
  const postgres = await startEmbeddedPostgres({ dataDir })
  return {
    url: postgres.url,
    adminUrl: postgres.adminUrl,
    async stop() {
      await postgres.stop()
      lock.release()
    },
  }
}

/** @param {string} url */
async function connect(url) {
  // The types of pg lack this parameter.
  const options = /** @type {pg.ClientConfig} */ ({ connectionString: url, replication: 'database' })
  const client = new pg.Client(options)
  try {
    await client.connect()
  } catch (error) {
    throw new UserError(
      `The database of the running platform does not answer: ${/** @type {Error} */ (error).message}.`,
      'If it is just starting, try again once it is ready; run this as the user that the platform runs as.',
    )
  }
  client.on('error', () => {})
  return client
}

/** @param {pg.Client} client */
function destroySocket(client) {
  const { connection } = /** @type {{ connection: { stream: import('node:net').Socket } }} */ (
    /** @type {unknown} */ (client)
  )
  connection.stream.destroy()
}
