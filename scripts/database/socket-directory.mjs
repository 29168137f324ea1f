import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { giveToPostgres } from './postgres-runner.mjs'

/** PostgreSQL puts the port into the socket's file name; nothing listens on the network. */
export const socketPort = 5432

/** Bytes that the kernel takes for the path of a Unix socket, without the closing zero. */
const longestPathBytes = process.platform === 'linux' ? 107 : 103

/**
 * A directory for PostgreSQL's socket that only its account can enter: in the home directory, or, when that path is
 * too long for a socket, a short one in the temporary directory, remembered in the home directory.
 * @param {import('./postgres-runner.mjs').PostgresRunner} runner
 * @returns {string}
 */
export function makeSocketDirectory(runner) {
  const preferred = path.join(runner.home, 'socket')
  if (fitsSocket(preferred)) {
    fs.mkdirSync(preferred, { recursive: true, mode: 0o700 })
    giveToPostgres(runner, preferred)
    return preferred
  }
  const record = path.join(runner.home, 'socket-directory')
  const recorded = fs.existsSync(record) ? fs.readFileSync(record, 'utf8').trim() : ''
  if (recorded && isPrivate(recorded, runner)) return recorded
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'hg-'))
  giveToPostgres(runner, directory)
  fs.writeFileSync(record, `${directory}\n`, { mode: 0o600 })
  return directory
}

/**
 * The directory that was made for the socket of the cluster in this home directory.
 * @param {string} home
 */
export function findSocketDirectory(home) {
  const preferred = path.join(home, 'socket')
  if (fitsSocket(preferred)) return preferred
  return fs.readFileSync(path.join(home, 'socket-directory'), 'utf8').trim()
}

/** @param {string} directory */
export function fitsSocket(directory) {
  return Buffer.byteLength(path.join(directory, `.s.PGSQL.${socketPort}`)) <= longestPathBytes
}

/**
 * Whether a directory is this account's alone: anybody may create one in the temporary directory.
 * @param {string} directory
 * @param {import('./postgres-runner.mjs').PostgresRunner} runner
 */
function isPrivate(directory, runner) {
  const stat = fs.lstatSync(directory, { throwIfNoEntry: false })
  const owner = runner.account?.uid ?? process.getuid?.()
  return stat?.isDirectory() && stat.uid === owner && (stat.mode & 0o077) === 0
}
