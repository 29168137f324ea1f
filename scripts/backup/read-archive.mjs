import fs from 'node:fs'
import path from 'node:path'
import { createGunzip } from 'node:zlib'
import { Header, UnpackSync } from 'tar'
import { UserError } from '../foundation/user-error.mjs'
import { blockBytes, descriptionEntry, keyFiles, manifestEntry, ownFolder } from './archive.mjs'

/** @typedef {import('./archive.mjs').BackupDescription} BackupDescription */

const longestDescriptionBytes = 1024 * 1024

/**
 * Reads a backup's description, which is its first entry, and no more.
 * @param {string} file
 * @returns {Promise<BackupDescription>}
 */
export async function readDescription(file) {
  const source = fs.createReadStream(file)
  const tar = source.pipe(createGunzip())
  source.on('error', (error) => tar.destroy(error))
  let read = Buffer.alloc(0)
  try {
    for await (const chunk of tar) {
      read = Buffer.concat([read, chunk])
      const content = firstEntry(read, file)
      if (content) return parseDescription(content, file)
    }
  } catch (error) {
    throw explain(error, file)
  } finally {
    source.destroy()
  }
  throw foreign(file)
}

/**
 * @param {Buffer} tar its beginning
 * @param {string} file
 * @returns {Buffer | undefined} undefined while too little is read
 */
function firstEntry(tar, file) {
  if (tar.length < blockBytes) return undefined
  const { cksumValid, path: name, size = 0 } = new Header(tar, 0)
  if (!cksumValid || name !== descriptionEntry || size > longestDescriptionBytes) throw foreign(file)
  const end = blockBytes + size
  return tar.length < end ? undefined : tar.subarray(blockBytes, end)
}

/**
 * @param {Buffer} content
 * @param {string} file
 * @returns {BackupDescription}
 */
function parseDescription(content, file) {
  const description = JSON.parse(content.toString())
  if (Number.isInteger(description?.format)) return description
  throw foreign(file)
}

/**
 * Unpacks the cluster into a directory, and Heliograph's own files into the one above it.
 * @param {string} file
 * @param {string} cluster does not exist yet
 * @param {(bytes: number) => void} report bytes of the file that are read so far
 */
export async function unpack(file, cluster, report) {
  fs.mkdirSync(cluster, { mode: 0o700 })
  /** @type {string | undefined} */
  let unexpected
  // It writes before `write` returns, so that nothing is still being written when unpacking fails and the files are removed.
  const unpacker = new UnpackSync({
    cwd: cluster,
    strict: true,
    preserveOwner: false,
    filter: (name, entry) => {
      if (belongs(name) && 'type' in entry && (entry.type === 'File' || entry.type === 'Directory'))
        return true
      unexpected ??= name
      return false
    },
  })
  await feed(file, unpacker, report)
  if (unexpected)
    throw new UserError(`${file} has an entry that no backup has (${unexpected}).`, 'Nothing was changed.')
  if (!fs.existsSync(path.join(cluster, manifestEntry))) throw truncated(file)
  const own = path.join(cluster, ownFolder)
  for (const name of fs.readdirSync(own)) fs.renameSync(path.join(own, name), path.join(cluster, '..', name))
  fs.rmdirSync(own)
  fs.rmSync(path.join(cluster, '..', path.basename(descriptionEntry)))
}

/**
 * Whether an entry belongs to a backup. Beside the cluster only these files may go into a data directory, because others
 * there name places of the machine.
 * @param {string} name
 */
function belongs(name) {
  const own = path.posix.normalize(name).split('/')
  return own[0] !== ownFolder || own.length === 1 || ownEntries.has(own.slice(1).join('/'))
}

const ownEntries = new Set(['', path.posix.basename(descriptionEntry), ...keyFiles])

/**
 * @param {string} file
 * @param {UnpackSync} unpacker
 * @param {(bytes: number) => void} report
 */
async function feed(file, unpacker, report) {
  const source = fs.createReadStream(file, { highWaterMark: 1024 * 1024 })
  const tar = source.pipe(createGunzip({ chunkSize: 256 * 1024 }))
  source.on('error', (error) => tar.destroy(error))
  /** @type {Error | undefined} */
  let failure
  unpacker.on('error', (error) => {
    failure ??= error
  })
  try {
    for await (const chunk of tar) {
      report(source.bytesRead)
      unpacker.write(chunk)
      if (failure) throw failure
    }
    unpacker.end()
    if (failure) throw failure
  } catch (error) {
    throw explain(error, file)
  } finally {
    source.destroy()
  }
}

/**
 * @param {unknown} error
 * @param {string} file
 */
function explain(error, file) {
  if (error instanceof UserError) return error
  const { code = '', message } = /** @type {NodeJS.ErrnoException} */ (error)
  if (code === 'Z_BUF_ERROR') return truncated(file)
  if (code === 'Z_DATA_ERROR' && message === 'incorrect header check') return foreign(file)
  if (/^(Z_|TAR_)/.test(code)) {
    return new UserError(`${file} is damaged (${message}).`, 'Nothing was changed. Use another copy of it.')
  }
  return new UserError(`${file} could not be unpacked: ${message}.`, 'Nothing was changed.')
}

/** @param {string} file */
function foreign(file) {
  return new UserError(`${file} is not a backup made by npm run backup.`, 'Nothing was changed.')
}

/** @param {string} file */
function truncated(file) {
  return new UserError(
    `${file} is incomplete: it ends too early.`,
    'Nothing was changed. Use another copy of it.',
  )
}
