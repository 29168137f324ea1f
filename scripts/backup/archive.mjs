import { Header } from 'tar'

/**
 * Description of a backup, its first entry.
 * @typedef {object} BackupDescription
 * @property {number} format
 * @property {string} heliograph version that made it
 * @property {string} createdAt RFC 3339
 * @property {string} postgres version of PostgreSQL
 * @property {string} machine operating system and processor: PostgreSQL's files fit no other
 * @property {number} clusterBytes
 * @property {number} walSegmentBytes
 * @property {string[]} migrations
 * @property {boolean} authSecretFromEnvironment
 */

export const backupFormat = 1

/** Where our own files stand in the archive, beside PostgreSQL's, whose names stay as they are. */
export const ownFolder = 'heliograph'
export const descriptionEntry = `${ownFolder}/backup.json`
export const manifestEntry = 'backup_manifest'

/** Files of a data directory that are needed, beside the cluster, to use it elsewhere. */
export const keyFiles = ['heliograph.json', 'auth-secret', 'postgres-password']

export const blockBytes = 512
const trailerBytes = 2 * blockBytes

/**
 * The archive, piece by piece: our description and keys, what PostgreSQL sends, and PostgreSQL's manifest of it.
 * @param {BackupDescription} description
 * @param {Map<string, Buffer>} keys by file name
 * @param {import('./base-backup.mjs').BaseBackup} baseBackup
 */
export async function* archiveOf(description, keys, baseBackup) {
  yield* entry(descriptionEntry, Buffer.from(`${JSON.stringify(description, null, 2)}\n`))
  for (const [name, content] of keys) yield* entry(`${ownFolder}/${name}`, content)
  yield* withoutTrailer(baseBackup.archive)
  yield* entry(manifestEntry, await baseBackup.manifest)
  yield Buffer.alloc(trailerBytes)
}

/** Operating system and processor, which decide whether PostgreSQL can read another machine's files. */
export function thisMachine() {
  return `${process.platform}-${process.arch}`
}

/**
 * @param {string} path
 * @param {Buffer} content
 */
function* entry(path, content) {
  const header = new Header({ path, mode: 0o600, size: content.length, type: 'File', mtime: new Date() })
  header.encode()
  if (!header.block) throw new Error(`no header for ${path}`)
  yield header.block
  yield content
  const rest = content.length % blockBytes
  if (rest > 0) yield Buffer.alloc(blockBytes - rest)
}

/**
 * A tar ends with two empty blocks, at which readers stop; more entries follow here.
 * @param {AsyncIterable<Buffer>} tar
 */
async function* withoutTrailer(tar) {
  /** @type {Buffer} */
  let held = Buffer.alloc(0)
  for await (const chunk of tar) {
    const all = held.length > 0 ? Buffer.concat([held, chunk]) : chunk
    const given = Math.max(0, all.length - trailerBytes)
    if (given > 0) yield all.subarray(0, given)
    held = all.subarray(given)
  }
  if (held.length !== trailerBytes || held.some((byte) => byte !== 0))
    throw new Error('PostgreSQL’s archive does not end with two empty blocks')
}
