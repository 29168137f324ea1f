import { createHash } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import { UserError } from '../foundation/user-error.mjs'
import { manifestEntry } from './archive.mjs'

/**
 * @typedef {{ 'Path'?: string, 'Encoded-Path'?: string, 'Size': number, 'Checksum': string }} ListedFile
 * @typedef {{ Timeline: number, 'Start-LSN': string, 'End-LSN': string }} WalRange
 * @typedef {{ Files: ListedFile[], 'WAL-Ranges': WalRange[] }} Manifest
 */

/**
 * Compares an unpacked cluster with PostgreSQL's manifest and syncs all of it to the disk: each file with its size and
 * checksum, none missing, none added, and the write-ahead log that makes them consistent.
 * @param {string} cluster
 * @param {number} walSegmentBytes
 * @param {(bytes: number) => void} report
 */
export async function verifyCluster(cluster, walSegmentBytes, report) {
  const manifest = readManifest(path.join(cluster, manifestEntry))
  const expected = new Map(manifest.Files.map((listed) => [nameOf(listed), listed]))
  let bytes = 0
  for (const name of await filesBelow(cluster)) {
    const found = await digest(path.join(cluster, name))
    bytes += found.bytes
    report(bytes)
    const listed = expected.get(name)
    // The log itself is not listed: it was still being written. Its records carry checksums of their own.
    if (!listed && (name === manifestEntry || name.startsWith('pg_wal/'))) continue
    if (!listed) throw damaged(`${name} is not listed`)
    if (listed.Size !== found.bytes || listed.Checksum !== found.sha256)
      throw damaged(`${name} differs from what PostgreSQL wrote`)
    expected.delete(name)
  }
  for (const name of expected.keys()) throw damaged(`${name} is missing`)
  for (const name of manifest['WAL-Ranges'].flatMap((range) => segmentsOf(range, walSegmentBytes))) {
    const size = fs.statSync(path.join(cluster, 'pg_wal', name), { throwIfNoEntry: false })?.size
    if (size !== walSegmentBytes) throw damaged(`pg_wal/${name} is missing or cut off`)
  }
  fs.rmSync(path.join(cluster, manifestEntry))
  return { files: manifest.Files.length, bytes }
}

/**
 * Reads the manifest, whose last line holds a checksum of the lines before it.
 * @param {string} file
 * @returns {Manifest}
 */
function readManifest(file) {
  const text = fs.readFileSync(file, 'utf8')
  const [, signed, checksum] = /^(.*\n)"Manifest-Checksum": "([0-9a-f]{64})"}\n$/s.exec(text) ?? []
  if (signed === undefined || createHash('sha256').update(signed).digest('hex') !== checksum)
    throw damaged('PostgreSQL’s manifest is incomplete')
  return JSON.parse(text)
}

/** @param {ListedFile} listed */
function nameOf(listed) {
  return listed.Path ?? Buffer.from(listed['Encoded-Path'] ?? '', 'hex').toString()
}

/** @param {string} directory */
async function filesBelow(directory) {
  const entries = await fs.promises.readdir(directory, { recursive: true, withFileTypes: true })
  return entries
    .filter((entry) => !entry.isDirectory())
    .map((entry) => path.relative(directory, path.join(entry.parentPath, entry.name)))
}

/** @param {string} file */
async function digest(file) {
  const handle = await fs.promises.open(file)
  try {
    const hash = createHash('sha256')
    let bytes = 0
    for await (const chunk of handle.createReadStream({ highWaterMark: 1024 * 1024, autoClose: false })) {
      hash.update(chunk)
      bytes += chunk.length
    }
    await handle.sync()
    return { bytes, sha256: hash.digest('hex') }
  } finally {
    await handle.close()
  }
}

/**
 * The names of the files that hold a range of the write-ahead log.
 * @param {WalRange} range
 * @param {number} segmentBytes
 */
function segmentsOf({ Timeline, 'Start-LSN': start, 'End-LSN': end }, segmentBytes) {
  const size = BigInt(segmentBytes)
  const names = []
  for (let segment = position(start) / size; segment <= (position(end) - 1n) / size; segment++) {
    const perFile = 0x1_0000_0000n / size
    const parts = [BigInt(Timeline), segment / perFile, segment % perFile]
    names.push(parts.map((part) => part.toString(16).toUpperCase().padStart(8, '0')).join(''))
  }
  return names
}

/** @param {string} lsn two hexadecimal numbers of 32 bits */
function position(lsn) {
  const [high = '', low = ''] = lsn.split('/')
  return (BigInt(`0x${high}`) << 32n) | BigInt(`0x${low}`)
}

/** @param {string} what */
function damaged(what) {
  return new UserError(`The backup is damaged: ${what}.`, 'Nothing was changed. Use another copy of it.')
}
