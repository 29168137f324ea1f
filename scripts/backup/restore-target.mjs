import fs from 'node:fs'
import path from 'node:path'
import { stopLeftoverPostgres } from '../database/leftover-postgres.mjs'
import { clusterDirectory } from '../database/postgres-runner.mjs'
import { makeDirectory } from '../foundation/make-directory.mjs'
import { UserError } from '../foundation/user-error.mjs'
import { lockInstance } from '../instance/instance-lock.mjs'
import { lockHolder, takeLock } from '../process/lock.mjs'
import { removeLeftovers } from './leftovers.mjs'

/**
 * Where a restored data directory goes.
 * @typedef {object} Target
 * @property {string} parent
 * @property {() => string} makeStaging makes a directory beside it, which is removed unless it is installed
 * @property {(staging: string) => string | undefined} install puts it in place; gives where the old one is kept
 */

/**
 * Checks that a data directory may be made there, and that nothing runs on an existing one.
 * @param {string} dataDir
 * @param {{ replace: boolean, cleanup: import('./command-line.mjs').Cleanup }} options
 * @returns {Promise<Target>}
 */
export async function claimTarget(dataDir, { replace, cleanup }) {
  const parent = path.dirname(dataDir)
  makeParent(parent, dataDir)
  const stat = fs.statSync(dataDir, { throwIfNoEntry: false })
  const isFull = stat !== undefined && (!stat.isDirectory() || fs.readdirSync(dataDir).length > 0)
  if (isFull) {
    await lockOrRefuse(dataDir, stat, replace, cleanup)
    if (stat.dev !== fs.statSync(parent).dev) throw mounted(dataDir)
  }
  return {
    parent,
    makeStaging() {
      removeLeftovers(parent, 'restoring')
      const staging = `${dataDir}.restoring-${process.pid}`
      cleanup.add(() => fs.rmSync(staging, { recursive: true, force: true }))
      fs.mkdirSync(staging, { mode: 0o700 })
      return staging
    },
    install(staging) {
      giveTo(stat, staging)
      // The lock is held while the directory is renamed into place.
      takeLock(path.join(staging, 'lock'))
      const aside = isFull ? keepAside(dataDir) : undefined
      try {
        fs.renameSync(staging, dataDir)
      } catch (error) {
        if (aside) fs.renameSync(aside, dataDir)
        throw error
      }
      syncDirectory(dataDir)
      syncDirectory(parent)
      for (const directory of [dataDir, aside ?? dataDir])
        fs.rmSync(path.join(directory, 'lock'), { force: true })
      return aside
    },
  }
}

/**
 * @param {string} parent
 * @param {string} dataDir
 */
function makeParent(parent, dataDir) {
  try {
    makeDirectory(parent)
  } catch (error) {
    throw new UserError(
      `${dataDir} cannot be made: ${/** @type {Error} */ (error).message}.`,
      'Set DATA_DIR to a place that this user may write to.',
    )
  }
}

/**
 * @param {string} dataDir
 * @param {fs.Stats} stat
 * @param {boolean} replace
 * @param {import('./command-line.mjs').Cleanup} cleanup
 */
async function lockOrRefuse(dataDir, stat, replace, cleanup) {
  if (!stat.isDirectory()) throw new UserError(`${dataDir} is a file, not a directory.`)
  if (!['heliograph.json', 'auth-secret'].some((name) => fs.existsSync(path.join(dataDir, name))))
    throw new UserError(`${dataDir} holds files that are not Heliograph’s.`, 'Nothing in it was changed.')
  const runs = lockHolder(path.join(dataDir, 'lock')) !== undefined
  if (!replace && !runs) {
    throw new UserError(
      `${dataDir} is not empty, and nothing in it was changed.`,
      'To replace it, and keep the former one beside it: npm run restore -- FILE --replace',
      'To restore beside it: DATA_DIR=.data2 npm run restore -- FILE',
    )
  }
  const lock = await lockInstance(dataDir)
  cleanup.add(() => lock.release())
  await stopLeftoverPostgres(clusterDirectory(dataDir))
}

/**
 * Renames the data directory, and its cluster where that lies elsewhere because root had to lend it to another account.
 * @param {string} dataDir
 */
function keepAside(dataDir) {
  const stamp = new Date().toISOString().replace(/[-:]|\.\d+/g, '')
  const aside = `${dataDir}.replaced-${stamp}`
  const home = path.dirname(clusterDirectory(dataDir))
  if (home !== dataDir) {
    const homeAside = `${home}.replaced-${stamp}`
    if (fs.existsSync(home)) fs.renameSync(home, homeAside)
    fs.writeFileSync(path.join(dataDir, 'postgres-home'), `${homeAside}\n`, { mode: 0o600 })
  }
  fs.renameSync(dataDir, aside)
  return aside
}

/**
 * Gives the directory to the owner of the former one, when root restores.
 * @param {fs.Stats | undefined} former
 * @param {string} directory
 */
function giveTo(former, directory) {
  if (process.getuid?.() !== 0 || !former || former.uid === 0) return
  for (const name of ['.', ...fs.readdirSync(directory, { recursive: true, encoding: 'utf8' })])
    fs.lchownSync(path.join(directory, name), former.uid, former.gid)
}

/** @param {string} directory */
function syncDirectory(directory) {
  const fd = fs.openSync(directory, 'r')
  fs.fsyncSync(fd)
  fs.closeSync(fd)
}

/** @param {string} dataDir */
function mounted(dataDir) {
  return new UserError(
    `${dataDir} is a mount point, which cannot be replaced by renaming.`,
    'Empty it by hand, or set DATA_DIR to a directory inside it.',
  )
}
