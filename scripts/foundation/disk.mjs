import fs from 'node:fs'
import path from 'node:path'
import { UserError } from './user-error.mjs'

const bytesPerMegabyte = 1024 * 1024

/**
 * Throws unless there is room on the disk that holds the directory, which need not exist yet.
 * @param {string} directory
 * @param {number} neededMegabytes
 * @param {string} purpose
 */
export function assertDiskSpace(directory, neededMegabytes, purpose) {
  assertRoomFor(directory, neededMegabytes * bytesPerMegabyte, purpose)
}

/**
 * Throws unless so many bytes are free on the disk that holds the directory.
 * @param {string} directory
 * @param {number} neededBytes
 * @param {string} purpose
 */
export function assertRoomFor(directory, neededBytes, purpose) {
  const { bavail, bsize } = fs.statfsSync(nearestExisting(directory))
  const freeBytes = bavail * bsize
  if (freeBytes >= neededBytes) return
  throw new UserError(
    `There is too little room on the disk of ${directory}: ${describeBytes(freeBytes)} are free, ${purpose} takes ${describeBytes(neededBytes)}.`,
    'Make room, then start again.',
  )
}

/**
 * An amount of bytes for people: `840 MB`, `12.3 GB`.
 * @param {number} bytes
 */
export function describeBytes(bytes) {
  const megabytes = bytes / bytesPerMegabyte
  if (megabytes >= 10 * 1024) return `${(megabytes / 1024).toFixed(1)} GB`
  return `${megabytes < 10 ? megabytes.toFixed(1) : Math.round(megabytes)} MB`
}

/** @param {string} directory */
function nearestExisting(directory) {
  let current = path.resolve(directory)
  while (!fs.existsSync(current)) current = path.dirname(current)
  return current
}
