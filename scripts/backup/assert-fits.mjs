import { readMigrations } from '../database/migrations.mjs'
import { UserError } from '../foundation/user-error.mjs'
import { backupFormat, thisMachine } from './archive.mjs'

/**
 * Throws unless this version of Heliograph can use the backup.
 * @param {import('./archive.mjs').BackupDescription} description
 * @param {{ file: string, major: string }} options
 */
export async function assertFits(description, { file, major }) {
  const { format, heliograph, postgres, machine, migrations } = description
  if (format > backupFormat) throw ofNewerVersion(file, heliograph)
  const itsMajor = postgres.split('.')[0]
  if (itsMajor !== major) {
    throw new UserError(
      `${file} was made by PostgreSQL ${postgres}; this version of Heliograph brings PostgreSQL ${major}, which cannot read its files.`,
      `Restore and start it with the version of Heliograph that made it (${heliograph}), and move the data with pg_dump, as docs/backup.md describes.`,
    )
  }
  if (machine !== thisMachine()) {
    throw new UserError(
      `${file} was made on ${machine}; PostgreSQL’s files cannot be read on ${thisMachine()}.`,
      'Restore it on such a machine, and move the data with pg_dump, as docs/backup.md describes.',
    )
  }
  const known = new Set((await readMigrations()).map(({ name }) => name))
  if (migrations.some((name) => !known.has(name))) throw ofNewerVersion(file, heliograph)
}

/**
 * @param {string} file
 * @param {string} version
 */
function ofNewerVersion(file, version) {
  return new UserError(
    `${file} was made by a newer version of Heliograph (${version}).`,
    'Restore it with that version.',
  )
}
