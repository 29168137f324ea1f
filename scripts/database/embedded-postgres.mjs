import { spawn } from 'node:child_process'
import { once } from 'node:events'
import fs from 'node:fs'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { makeDirectory } from '../foundation/make-directory.mjs'
import { UserError } from '../foundation/user-error.mjs'
import { endWithUs } from '../process/end-with-us.mjs'
import { apiPassword, apiRole, giveToApiRole } from './api-role.mjs'
import { databaseName, ensureCluster } from './cluster.mjs'
import { stopLeftoverPostgres } from './leftover-postgres.mjs'
import { findPostgresBinaries, postgresMajor } from './postgres-binaries.mjs'
import { choosePostgresRunner, clusterDirectory, postgresCommand } from './postgres-runner.mjs'
import { findSocketDirectory, makeSocketDirectory, socketPort } from './socket-directory.mjs'

/**
 * @typedef {object} EmbeddedPostgres
 * @property {string} url where the api connects: over a Unix socket, as the owner of the database
 * @property {string} adminUrl the same as a superuser
 * @property {number} pid
 * @property {string} home the directory that holds the cluster
 * @property {boolean} created whether the database was made just now
 * @property {boolean} recovered whether an earlier start's PostgreSQL had to be stopped first
 * @property {Promise<void>} exited resolves when it ends, for whatever reason
 * @property {(timeoutMs?: number) => Promise<void>} stop
 */

const adminPasswordFile = 'postgres-password'
const apiPasswordFile = 'postgres-api-password'

const startTimeoutMs = 120_000

/** Size above which a start discards the log of earlier ones. */
const longestLogBytes = 5 * 1024 * 1024

/** @type {Record<string, string>} */
export const defaultSettings = {
  listen_addresses: '',
  unix_socket_permissions: '0700',
  max_connections: '60',
  timezone: 'UTC',
  log_timezone: 'UTC',
  // Telemetry queries are short; compiling them costs more than it gives.
  jit: 'off',
  // The platform has none, and one that a backup brings would run as a superuser.
  event_triggers: 'off',
}

/**
 * Starts the PostgreSQL that npm installed, on a cluster in `dataDir` that is created when there is none. It listens
 * only on a Unix socket that only this account can reach. The caller holds the data directory's lock.
 * @param {{ dataDir: string, settings?: Record<string, string> }} options
 * @returns {Promise<EmbeddedPostgres>}
 */
export async function startEmbeddedPostgres({ dataDir, settings = {} }) {
  makeDirectory(dataDir, 0o700)
  const binaries = findPostgresBinaries()
  const runner = choosePostgresRunner({ binaries, dataDir: path.resolve(dataDir) })
  const recovered = await stopLeftoverPostgres(path.join(runner.home, 'postgres'))
  const passwordFile = path.join(dataDir, adminPasswordFile)
  const { directory, created } = ensureCluster(runner, { passwordFile, major: postgresMajor(binaries) })
  const socketDirectory = makeSocketDirectory(runner)
  const log = openLog(path.join(dataDir, 'postgres.log'))

  const all = {
    ...defaultSettings,
    unix_socket_directories: quoteDirectory(socketDirectory),
    port: String(socketPort),
    ...settings,
  }
  const assignments = Object.entries(all).flatMap(([name, value]) => ['-c', `${name}=${value}`])
  const { command, args, options } = postgresCommand(runner, 'postgres', ['-D', directory, ...assignments])
  // A session of its own: Ctrl-C reaches the supervisor alone, which stops the api before its database.
  const child = spawn(command, args, { ...options, stdio: ['ignore', log.fd, log.fd], detached: true })
  fs.closeSync(log.fd)
  endWithUs(child, 'SIGINT')
  const exited = once(child, 'exit').then(() => undefined)

  const password = fs.readFileSync(passwordFile, 'utf8').trim()
  const adminUrl = (/** @type {string} */ database) =>
    urlOf({ role: databaseName, password, database, socketDirectory })
  await Promise.race([
    waitUntilAnswering(adminUrl('postgres')),
    exited.then(() => {
      throw startFailure(log)
    }),
  ])
  await ensureDatabase(adminUrl('postgres'))
  const ofApi = apiPassword(path.join(dataDir, apiPasswordFile))
  await giveToApiRole(adminUrl(databaseName), ofApi)

  return {
    url: urlOf({ role: apiRole, password: ofApi, database: databaseName, socketDirectory }),
    adminUrl: adminUrl(databaseName),
    pid: /** @type {number} */ (child.pid),
    home: runner.home,
    created,
    recovered,
    exited,
    stop: (timeoutMs) => stop(child, exited, timeoutMs),
  }
}

/**
 * Where the api and a superuser reach the embedded PostgreSQL that runs on a data directory. One that an earlier version
 * started has only the superuser.
 * @param {string} dataDir
 */
export function urlsOfEmbeddedPostgres(dataDir) {
  const socketDirectory = findSocketDirectory(path.dirname(clusterDirectory(dataDir)))
  const url = (/** @type {string} */ role, /** @type {string} */ passwordFile) => {
    const password = fs.readFileSync(path.join(dataDir, passwordFile), 'utf8').trim()
    return urlOf({ role, password, database: databaseName, socketDirectory })
  }
  const adminUrl = url(databaseName, adminPasswordFile)
  const hasApiRole = fs.existsSync(path.join(dataDir, apiPasswordFile))
  return { url: hasApiRole ? url(apiRole, apiPasswordFile) : adminUrl, adminUrl }
}

/** @param {{ role: string, password: string, database: string, socketDirectory: string }} parts */
function urlOf({ role, password, database, socketDirectory }) {
  return `postgresql://${role}:${password}@localhost/${database}?host=${encodeURIComponent(socketDirectory)}`
}

/**
 * Quotes a path for a setting that is a list, in which a comma would end it.
 * @param {string} directory
 */
function quoteDirectory(directory) {
  return `"${directory.replaceAll('"', '""')}"`
}

/**
 * Shuts down fast, which writes everything out, and after the timeout immediately, after which the next start recovers
 * from the write-ahead log. Neither loses a commit.
 * @param {import('node:child_process').ChildProcess} child
 * @param {Promise<void>} exited
 * @param {number} timeoutMs
 */
async function stop(child, exited, timeoutMs = 10_000) {
  if (child.exitCode !== null || child.signalCode !== null) return
  const killTimer = setTimeout(() => child.kill('SIGQUIT'), timeoutMs)
  child.kill('SIGINT')
  await exited
  clearTimeout(killTimer)
}

/** @param {string} url */
async function waitUntilAnswering(url) {
  const deadline = Date.now() + startTimeoutMs
  while (true) {
    const client = new pg.Client({ connectionString: url })
    try {
      await client.connect()
      return await client.end()
    } catch (error) {
      const { code } = /** @type {NodeJS.ErrnoException} */ (error)
      // 57P03: it is starting, or recovering after a crash.
      const passing = code === 'ENOENT' || code === 'ECONNREFUSED' || code === '57P03'
      if (!passing || Date.now() > deadline) throw error
      await sleep(25)
    }
  }
}

/** @param {string} url */
async function ensureDatabase(url) {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    const { rowCount } = await client.query('SELECT FROM pg_database WHERE datname = $1', [databaseName])
    if (rowCount === 0) await client.query(`CREATE DATABASE ${databaseName}`)
  } finally {
    await client.end()
  }
}

/** @param {string} file */
function openLog(file) {
  const size = fs.statSync(file, { throwIfNoEntry: false })?.size ?? 0
  const flags = size > longestLogBytes ? 'w' : 'a'
  const fd = fs.openSync(file, flags, 0o600)
  return { file, fd, start: flags === 'a' ? size : 0 }
}

/** @param {{ file: string, start: number }} log */
function startFailure({ file, start }) {
  const lines = fs.readFileSync(file).subarray(start).toString('utf8').trim().split('\n')
  const full = lines.some((line) => line.includes('No space left on device'))
  return new UserError(
    'PostgreSQL does not start on the data directory.',
    ...lines.slice(-8),
    full ? 'The disk is full: make room, then start again.' : `The whole log: ${file}`,
    ...(full ? [] : ['If the files are damaged, restore the data directory from a backup.']),
  )
}
