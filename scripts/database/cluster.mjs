import { spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import { UserError } from '../foundation/user-error.mjs'
import { giveToPostgres, postgresCommand } from './postgres-runner.mjs'

/** @typedef {import('./postgres-runner.mjs').PostgresRunner} PostgresRunner */

/** The name of the database, and of the superuser that initdb makes. */
export const databaseName = 'heliograph'

/** The file that marks a data directory whose restored cluster has not been started yet. */
const restoredMarker = 'restored'

/** Files that every complete cluster has, one of each kind. */
const essentialFiles = [
  'PG_VERSION',
  'global/pg_control',
  'base/1/PG_VERSION',
  'pg_wal',
  'pg_hba.conf',
  'postgresql.conf',
]

/**
 * Creates the cluster unless it exists; an existing one must be complete and of this major version.
 * @param {PostgresRunner} runner
 * @param {{ passwordFile: string, major: string }} options
 * @returns {{ directory: string, created: boolean }}
 */
export function ensureCluster(runner, { passwordFile, major }) {
  const directory = path.join(runner.home, 'postgres')
  const problem = clusterProblem(directory, major)
  if (problem) throw problem
  if (fs.existsSync(directory)) {
    const restored = path.join(path.dirname(passwordFile), restoredMarker)
    if (fs.existsSync(restored)) resetSettings(runner, directory, restored)
    if (!fs.existsSync(passwordFile)) resetPassword(runner, directory, passwordFile)
    return { directory, created: false }
  }
  removeUnfinished(runner.home)
  createCluster(runner, directory, passwordFile)
  return { directory, created: true }
}

/**
 * The reason why a directory cannot be opened as a cluster, if there is one.
 * @param {string} directory
 * @param {string} major
 * @returns {UserError | undefined}
 */
export function clusterProblem(directory, major) {
  if (!fs.existsSync(directory)) return undefined
  const missing = essentialFiles.filter((file) => !fs.existsSync(path.join(directory, file)))
  if (missing.length > 0) {
    return new UserError(
      `The database in ${directory} is damaged: ${missing.join(', ')} ${missing.length === 1 ? 'is' : 'are'} missing.`,
      'Restore the directory from a backup, or move it away to begin with an empty database.',
    )
  }
  const found = fs.readFileSync(path.join(directory, 'PG_VERSION'), 'utf8').trim()
  if (found === major) return undefined
  return new UserError(
    `The database in ${directory} was made by PostgreSQL ${found}; this version of Heliograph brings PostgreSQL ${major}.`,
    `Nothing in it was changed. Start the version of Heliograph that made it and move the data with pg_dump, as docs/backup.md describes.`,
  )
}

/**
 * Initialises beside the final place and renames, so that an interrupted first start leaves no incomplete cluster.
 * @param {PostgresRunner} runner
 * @param {string} directory
 * @param {string} passwordFile
 */
function createCluster(runner, directory, passwordFile) {
  const unfinished = fs.mkdtempSync(path.join(runner.home, 'postgres.new-'))
  giveToPostgres(runner, unfinished)
  const password = randomBytes(24).toString('hex')
  const handedOver = path.join(unfinished, 'password')
  fs.writeFileSync(handedOver, password, { mode: 0o600 })
  giveToPostgres(runner, handedOver)
  // initdb wants an empty directory, and reads the password as PostgreSQL's account.
  const target = path.join(unfinished, 'cluster')
  const { command, args, options } = postgresCommand(runner, 'initdb', [
    `--pgdata=${target}`,
    `--username=${databaseName}`,
    `--pwfile=${handedOver}`,
    '--encoding=UTF8',
    '--locale=C',
    '--auth-local=scram-sha-256',
    '--auth-host=reject',
    '--no-instructions',
  ])
  const result = spawnSync(command, args, { ...options, encoding: 'utf8' })
  if (result.status !== 0) {
    fs.rmSync(unfinished, { recursive: true, force: true })
    const output = result.error?.message ?? `${result.stdout}${result.stderr}`.trim()
    throw new UserError(`The database could not be made in ${runner.home}.`, ...output.split('\n').slice(-8))
  }
  fs.writeFileSync(passwordFile, password, { mode: 0o600 })
  fs.renameSync(target, directory)
  fs.rmSync(unfinished, { recursive: true, force: true })
}

/**
 * Sets a new password in single-user mode, which needs no more than access to the files.
 * @param {PostgresRunner} runner
 * @param {string} directory
 * @param {string} passwordFile
 */
function resetPassword(runner, directory, passwordFile) {
  const password = randomBytes(24).toString('hex')
  runAlone(runner, directory, {
    sql: `ALTER ROLE ${databaseName} PASSWORD '${password}'`,
    failure: `The database's password file ${passwordFile} is missing, and a new password could not be set.`,
  })
  fs.writeFileSync(passwordFile, password, { mode: 0o600 })
}

/**
 * Starts a restored cluster for the first time, alone and without anything that its settings could load or run, and removes
 * the settings that the backup has for databases and roles: they take precedence over those of the command line.
 * @param {PostgresRunner} runner
 * @param {string} directory
 * @param {string} marker
 */
function resetSettings(runner, directory, marker) {
  runAlone(runner, directory, {
    sql: 'DELETE FROM pg_db_role_setting',
    settings: {
      allow_system_table_mods: 'on',
      archive_mode: 'off',
      shared_preload_libraries: '',
      session_preload_libraries: '',
      local_preload_libraries: '',
    },
    failure: `PostgreSQL does not start on the restored database in ${directory}.`,
  })
  fs.rmSync(marker)
}

/**
 * Runs a statement in single-user mode, in which PostgreSQL has no other process and ignores the settings of databases and
 * roles and event triggers.
 * @param {PostgresRunner} runner
 * @param {string} directory
 * @param {{ sql: string, settings?: Record<string, string>, failure: string }} statement
 */
function runAlone(runner, directory, { sql, settings = {}, failure }) {
  const assignments = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])
  const { command, args, options } = postgresCommand(runner, 'postgres', [
    '--single',
    '-D',
    directory,
    ...assignments,
    'postgres',
  ])
  const result = spawnSync(command, args, { ...options, input: `${sql}\n`, encoding: 'utf8' })
  // A statement that fails does not end single-user mode.
  if (result.status === 0 && !/\bERROR: /.test(result.stderr)) return
  throw new UserError(failure, ...result.stderr.trim().split('\n').slice(-5))
}

/**
 * Marks a data directory as restored, so that its first start does not trust the settings in it.
 * @param {string} dataDir
 */
export function markRestored(dataDir) {
  fs.writeFileSync(path.join(dataDir, restoredMarker), '', { mode: 0o600 })
}

/** @param {string} home */
function removeUnfinished(home) {
  for (const name of fs.readdirSync(home)) {
    if (name.startsWith('postgres.new-')) fs.rmSync(path.join(home, name), { recursive: true, force: true })
  }
}
