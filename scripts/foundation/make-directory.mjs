import fs from 'node:fs'
import path from 'node:path'

/**
 * Makes a directory and those above it, one after the other: Node's own recursive way never returns where nothing can be
 * made, as in /proc. The mode is that of the last one; those above may be entered by every account, as the umask allows.
 * @param {string} directory
 * @param {number} [mode]
 */
export function makeDirectory(directory, mode = 0o777) {
  if (fs.existsSync(directory)) {
    if (!fs.statSync(directory).isDirectory())
      throw Object.assign(new Error(`${directory} is a file`), { code: 'EEXIST' })
    return
  }
  const parent = path.dirname(directory)
  if (parent !== directory) makeDirectory(parent)
  try {
    fs.mkdirSync(directory, { mode })
  } catch (error) {
    // Another process may have made it just now.
    if (!fs.statSync(directory, { throwIfNoEntry: false })?.isDirectory()) throw error
  }
}
