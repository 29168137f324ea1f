import { spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import { UserError } from '../foundation/user-error.mjs'
import { giveToPostgres, postgresCommand } from './postgres-runner.mjs'

/** @typedef {import('./postgres-runner.mjs').PostgresRunner} PostgresRunner */

/** The name of the role, of the database, and of the account that owns both. */
export const databaseName = 'heliograph'

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
  const { command, args, options } = postgresCommand(runner, 'postgres', [
    '--single',
    '-D',
    directory,
    'postgres',
  ])
  const input = `ALTER ROLE ${databaseName} PASSWORD '${password}'\n`
  const result = spawnSync(command, args, { ...options, input, encoding: 'utf8' })
  if (result.status !== 0) {
    throw new UserError(
      `The database's password file ${passwordFile} is missing, and a new password could not be set.`,
      ...result.stderr.trim().split('\n').slice(-5),
    )
  }
  fs.writeFileSync(passwordFile, password, { mode: 0o600 })
}

/** @param {string} home */
function removeUnfinished(home) {
  for (const name of fs.readdirSync(home)) {
    if (name.startsWith('postgres.new-')) fs.rmSync(path.join(home, name), { recursive: true, force: true })
  }
}
