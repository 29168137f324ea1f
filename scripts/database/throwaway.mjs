import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { startEmbeddedPostgres } from './embedded-postgres.mjs'

/** A power failure may lose these databases, so commits need not wait for the disk. */
const fastSettings = {
  fsync: 'off',
  synchronous_commit: 'off',
  full_page_writes: 'off',
  max_connections: '300',
}

/**
 * Starts an empty database in the temporary directory, which is removed when it is stopped.
 * @param {{ dataDir?: string }} [options] a directory to keep it in instead
 */
export async function startThrowawayPostgres({ dataDir } = {}) {
  const directory = dataDir ?? fs.mkdtempSync(path.join(os.tmpdir(), 'heliograph-db-'))
  const postgres = await startEmbeddedPostgres({ dataDir: directory, settings: fastSettings })
  return {
    ...postgres,
    async stop() {
      await postgres.stop()
      if (dataDir) return
      fs.rmSync(directory, { recursive: true, force: true })
      if (postgres.home !== directory) fs.rmSync(postgres.home, { recursive: true, force: true })
    },
  }
}
