import fs from 'node:fs'
import path from 'node:path'
import { pipeline } from 'node:stream/promises'
import { createGzip } from 'node:zlib'
import pg from 'pg'
import { recordedMigrations } from '../database/migrate.mjs'
import { assertRoomFor, describeBytes } from '../foundation/disk.mjs'
import { makeDirectory } from '../foundation/make-directory.mjs'
import { inProject } from '../foundation/paths.mjs'
import { step } from '../foundation/progress.mjs'
import { UserError } from '../foundation/user-error.mjs'
import { archiveOf, backupFormat, keyFiles, thisMachine } from './archive.mjs'
import { startBaseBackup } from './base-backup.mjs'
import { removeLeftovers } from './leftovers.mjs'
import { openCluster } from './open-cluster.mjs'

/** Telemetry shrinks to a fifth by this; more effort takes several times as long and gains little. */
const compressionLevel = 1

/**
 * Writes the whole database of the data directory, as of a moment after the call, into one file. The platform may run
 * meanwhile. A failure leaves no file.
 * @param {{ dataDir: string, to: string | undefined, cleanup: import('./command-line.mjs').Cleanup }} options
 */
export async function createBackup({ dataDir, to, cleanup }) {
  const file = chooseFile(to, dataDir)
  const keys = readKeys(dataDir)
  const cluster = await openCluster(dataDir, cleanup)
  try {
    const facts = await readFacts(cluster)
    const baseBackup = await startBaseBackup(cluster.client)
    const clusterBytes = await baseBackup.clusterBytes
    assertRoomFor(path.dirname(file), clusterBytes, 'the backup at most')
    const authSecretFromEnvironment = Boolean(process.env.AUTH_SECRET) || !keys.has('auth-secret')
    const description = { ...facts, clusterBytes, authSecretFromEnvironment }
    const bytes = await step(
      'backup',
      'copying the database',
      (update) => write(file, archiveOf(description, keys, baseBackup), clusterBytes, update, cleanup),
      (written) => `${describeBytes(written)}, of ${describeBytes(clusterBytes)} in the database`,
    )
    return { file, bytes, withAuthSecret: !authSecretFromEnvironment }
  } catch (error) {
    throw explain(error, file)
  } finally {
    await cluster.close()
  }
}

/**
 * @param {string | undefined} to a file, or an existing directory
 * @param {string} dataDir
 */
function chooseFile(to, dataDir) {
  const name = `heliograph-${new Date().toISOString().replace(/[-:]|\.\d+/g, '')}.tar.gz`
  const asked = to ?? inProject('backups')
  const isDirectory = to === undefined || fs.statSync(asked, { throwIfNoEntry: false })?.isDirectory()
  const file = isDirectory ? path.join(asked, name) : asked
  if (fs.existsSync(file))
    throw new UserError(`${file} exists, and a backup overwrites no file.`, 'Name another one with --to.')
  const inside = path.relative(dataDir, path.dirname(file))
  if (inside === '' || !inside.startsWith('..')) {
    throw new UserError(
      `${file} would lie in the data directory, and be lost with it.`,
      'Name another place: npm run backup -- --to DIRECTORY',
    )
  }
  return file
}

/** @param {string} dataDir */
function readKeys(dataDir) {
  const there = keyFiles.filter((name) => fs.existsSync(path.join(dataDir, name)))
  return new Map(there.map((name) => [name, fs.readFileSync(path.join(dataDir, name))]))
}

/** @param {{ client: import('pg').Client, url: string }} cluster */
async function readFacts({ client, url }) {
  const { rows } = await client.query(`
    SELECT current_setting('server_version') AS version,
      pg_size_bytes(current_setting('wal_segment_size'))::int AS wal_segment_bytes`)
  const { version } = JSON.parse(fs.readFileSync(inProject('package.json'), 'utf8'))
  return {
    format: backupFormat,
    heliograph: version,
    createdAt: new Date().toISOString(),
    postgres: rows[0].version,
    machine: thisMachine(),
    walSegmentBytes: rows[0].wal_segment_bytes,
    migrations: await appliedMigrations(url),
  }
}

/** @param {string} url */
async function appliedMigrations(url) {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    return [...(await recordedMigrations(client)).keys()].sort()
  } finally {
    await client.end()
  }
}

/**
 * Writes beside the final name and links into place once all is on the disk.
 * @param {string} file
 * @param {AsyncIterable<Buffer>} archive
 * @param {number} expectedBytes
 * @param {(detail: string) => void} update
 * @param {import('./command-line.mjs').Cleanup} cleanup
 */
async function write(file, archive, expectedBytes, update, cleanup) {
  makeDirectory(path.dirname(file), 0o700)
  removeLeftovers(path.dirname(file), 'partial')
  const partial = `${file}.partial-${process.pid}`
  cleanup.add(() => fs.rmSync(partial, { force: true }))
  try {
    await pipeline(
      counted(archive, (bytes) =>
        update(`copied ${describeBytes(bytes)} of about ${describeBytes(expectedBytes)}`),
      ),
      createGzip({ level: compressionLevel }),
      fs.createWriteStream(partial, { flags: 'wx', mode: 0o600, flush: true }),
    )
    fs.linkSync(partial, file)
  } finally {
    fs.rmSync(partial, { force: true })
  }
  return fs.statSync(file).size
}

/**
 * @param {AsyncIterable<Buffer>} source
 * @param {(bytes: number) => void} report
 */
async function* counted(source, report) {
  let bytes = 0
  for await (const chunk of source) {
    bytes += chunk.length
    report(bytes)
    yield chunk
  }
}

/**
 * @param {unknown} error
 * @param {string} file
 */
function explain(error, file) {
  if (error instanceof UserError) return error
  const { code, message } = /** @type {NodeJS.ErrnoException} */ (error)
  const hints = /** @type {Record<string, string>} */ ({
    ENOSPC: 'The disk is full: make room, or name another place with --to.',
    ENOENT: 'Nothing can be made there: name another place with --to.',
    EACCES: 'This user may not write there: name another place with --to.',
    EEXIST: 'Another process has created that file in the meantime.',
    XX001: 'A page of the database is damaged. Restore an earlier backup; keep the data directory as it is.',
  })
  return new UserError(
    `The backup ${file} was not made: ${message}.`,
    ...(hints[code ?? ''] ? [hints[code ?? ''] ?? ''] : []),
  )
}
