import fs from 'node:fs'
import path from 'node:path'

/**
 * Tells whether a program of this name can be run: whether a directory of PATH holds it.
 * @param {string} command
 */
export function commandExists(command) {
  return (process.env.PATH ?? '')
    .split(path.delimiter)
    .some((directory) => fs.existsSync(path.join(directory, command)))
}
