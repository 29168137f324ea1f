import fs from 'node:fs'
import path from 'node:path'
import { clusterDirectory } from '../database/postgres-runner.mjs'
import { makeDirectory } from '../foundation/make-directory.mjs'
import { UserError } from '../foundation/user-error.mjs'

/** The file that marks a directory as a data directory of Heliograph. */
const markerName = 'heliograph.json'
const format = 1

/** Files of an api that was started without these scripts, and of a start that was interrupted. */
const ownFiles = /^(auth-secret|lock|pages-socket|heliograph\.json)/

/**
 * @typedef {object} Marker
 * @property {number} format
 * @property {boolean} [database] whether an embedded database was made for this directory
 */

/**
 * Creates the data directory, or checks that the existing one is Heliograph's and complete.
 * @param {string} directory absolute
 */
export function prepareDataDirectory(directory) {
  makeUsable(directory)
  const names = fs.readdirSync(directory)
  if (!names.includes(markerName)) {
    const foreign = names.filter((name) => !ownFiles.test(name))
    if (foreign.length > 0) throw foreignDirectory(directory, foreign)
    writeMarker(directory, { format })
    return
  }
  const marker = readMarker(directory)
  if (marker.format > format) {
    throw new UserError(
      `The data directory ${directory} was written by a newer version of Heliograph.`,
      'Start that version, or set DATA_DIR to another directory.',
    )
  }
  if (marker.database && !fs.existsSync(clusterDirectory(directory))) {
    throw new UserError(
      `The database of the data directory ${directory} is gone: there is no ${clusterDirectory(directory)}.`,
      'Restore it from a backup, or remove the data directory to begin with an empty one.',
    )
  }
}

/**
 * Records that the directory has a database, so that a later start notices its loss.
 * @param {string} directory
 */
export function recordDatabase(directory) {
  const marker = readMarker(directory)
  if (!marker.database) writeMarker(directory, { ...marker, database: true })
}

/** @param {string} directory */
function makeUsable(directory) {
  try {
    makeDirectory(directory, 0o700)
    fs.accessSync(directory, fs.constants.R_OK | fs.constants.W_OK | fs.constants.X_OK)
  } catch (error) {
    const { code, message } = /** @type {NodeJS.ErrnoException} */ (error)
    const reasons = /** @type {Record<string, string>} */ ({
      EEXIST: 'it is a file, not a directory',
      ENOTDIR: 'a part of the path is a file, not a directory',
      EACCES: 'this user may not write there',
      EROFS: 'its disk is read-only',
      ENOENT: 'nothing can be made there',
      EPERM: 'nothing can be made there',
    })
    throw new UserError(
      `The data directory ${directory} cannot be used: ${reasons[code ?? ''] ?? message}.`,
      'Set DATA_DIR to a directory that this user may write to, or start as the user who owns it.',
    )
  }
}

/**
 * @param {string} directory
 * @param {string[]} names
 */
function foreignDirectory(directory, names) {
  const what = names.includes('PG_VERSION')
    ? 'is the data directory of a PostgreSQL server of its own'
    : `holds files that are not Heliograph’s (${names.slice(0, 3).join(', ')}${names.length > 3 ? ', …' : ''})`
  return new UserError(
    `The data directory ${directory} ${what}.`,
    'Nothing in it was changed. Set DATA_DIR to an empty or new directory.',
  )
}

/**
 * @param {string} directory
 * @returns {Marker}
 */
function readMarker(directory) {
  const file = path.join(directory, markerName)
  try {
    const marker = JSON.parse(fs.readFileSync(file, 'utf8'))
    if (Number.isInteger(marker?.format)) return marker
  } catch {
    // Unreadable and invalid content get the same error.
  }
  throw new UserError(
    `${file} is damaged.`,
    `Replace its content by {"format":${format},"database":true} and start again.`,
  )
}

/**
 * @param {string} directory
 * @param {Marker} marker
 */
function writeMarker(directory, marker) {
  const file = path.join(directory, markerName)
  fs.writeFileSync(`${file}.new`, `${JSON.stringify(marker)}\n`, { mode: 0o600 })
  fs.renameSync(`${file}.new`, file)
}
