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
  const { bavail, bsize } = fs.statfsSync(nearestExisting(directory))
  const freeMegabytes = Math.floor((bavail * bsize) / bytesPerMegabyte)
  if (freeMegabytes >= neededMegabytes) return
  throw new UserError(
    `There is too little room on the disk of ${directory}: ${freeMegabytes} MB are free, ${purpose} takes ${neededMegabytes} MB.`,
    'Make room, then start again.',
  )
}

/** @param {string} directory */
function nearestExisting(directory) {
  let current = path.resolve(directory)
  while (!fs.existsSync(current)) current = path.dirname(current)
  return current
}
