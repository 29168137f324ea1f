import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import { UserError } from '../foundation/user-error.mjs'
import { isReachable, readAccounts, unprivilegedAccount } from './accounts.mjs'

/**
 * How and where PostgreSQL runs.
 * @typedef {object} PostgresRunner
 * @property {string} binaries directory with `bin`, `lib`, `share`
 * @property {string} home directory that holds the cluster and the socket directory
 * @property {{ uid: number, gid: number } | undefined} account the account to switch to, when it is not our own
 * @property {string[]} prefix command and arguments to put before the binary
 */

/** Where root keeps what an unprivileged account must reach. */
const sharedHome = '/var/lib/heliograph'

/**
 * PostgreSQL refuses to run as root. An ordinary user just runs it. Root runs it, in this order: as the owner of the
 * existing cluster; in a user namespace in which root looks like another user (its files stay root's); or, where
 * namespaces are blocked, as an unprivileged account, from a directory that this account can reach.
 * @param {{ binaries: string, dataDir: string }} options
 * @returns {PostgresRunner}
 */
export function choosePostgresRunner({ binaries, dataDir }) {
  const home = recordedHome(dataDir) ?? dataDir
  const direct = { binaries, home, account: undefined, prefix: [] }
  if (process.getuid?.() !== 0) return direct

  const owner = clusterOwner(home)
  if (owner && owner.uid !== 0)
    return { ...direct, account: owner, binaries: reachableBinaries(binaries, owner.uid) }

  const accounts = readAccounts()
  const account = unprivilegedAccount(accounts)
  if (!account) {
    throw new UserError(
      'PostgreSQL refuses to run as root, and this system has no other account.',
      'Run npm start as an ordinary user, or set DATABASE_URL to a PostgreSQL server.',
    )
  }
  const prefix = ['unshare', '--user', `--map-user=${account.uid}`, `--map-group=${account.gid}`, '--']
  if (worksInNamespace(prefix, binaries, home)) return { ...direct, prefix }

  const runner = { ...direct, account, binaries: reachableBinaries(binaries, account.uid) }
  return { ...runner, home: moveWithinReach(dataDir, home, account) }
}

/**
 * Command and spawn options of one of PostgreSQL's programs.
 * @param {PostgresRunner} runner
 * @param {string} program
 * @param {string[]} args
 */
export function postgresCommand(runner, program, args) {
  const [command = '', ...rest] = [...runner.prefix, path.join(runner.binaries, 'bin', program), ...args]
  // A library path or locale of the person's own must not reach PostgreSQL: text would sort and compare otherwise.
  const env = { PATH: process.env.PATH ?? '', TZ: 'UTC', LC_ALL: 'C' }
  return { command, args: rest, options: { cwd: runner.home, env, ...runner.account } }
}

/**
 * Gives a file or directory to the account that PostgreSQL runs as.
 * @param {PostgresRunner} runner
 * @param {string} file
 */
export function giveToPostgres(runner, file) {
  if (runner.account) fs.chownSync(file, runner.account.uid, runner.account.gid)
}

/**
 * Where the cluster of a data directory is, or will be.
 * @param {string} dataDir
 */
export function clusterDirectory(dataDir) {
  return path.join(recordedHome(dataDir) ?? dataDir, 'postgres')
}

/** @param {string} dataDir */
function recordedHome(dataDir) {
  const record = path.join(dataDir, 'postgres-home')
  return fs.existsSync(record) ? fs.readFileSync(record, 'utf8').trim() : undefined
}

/** @param {string} home */
function clusterOwner(home) {
  const stat = fs.statSync(path.join(home, 'postgres'), { throwIfNoEntry: false })
  return stat && { uid: stat.uid, gid: stat.gid }
}

/**
 * @param {string[]} prefix
 * @param {string} binaries
 * @param {string} home
 */
function worksInNamespace([command = '', ...args], binaries, home) {
  const script = '"$0" --version && test -w "$1"'
  const postgres = path.join(binaries, 'bin', 'postgres')
  return spawnSync(command, [...args, 'sh', '-c', script, postgres, home], { stdio: 'ignore' }).status === 0
}

/**
 * @param {string} binaries
 * @param {number} uid
 */
function reachableBinaries(binaries, uid) {
  if (isReachable(path.join(binaries, 'bin'), uid)) return binaries
  const { version } = JSON.parse(fs.readFileSync(path.join(binaries, '..', 'package.json'), 'utf8'))
  const copy = path.join(sharedHome, `postgres-${version}`)
  if (fs.existsSync(copy)) return copy
  makeSharedDirectory(sharedHome)
  const unfinished = fs.mkdtempSync(`${copy}.new-`)
  fs.cpSync(binaries, unfinished, { recursive: true, verbatimSymlinks: true })
  fs.chmodSync(unfinished, 0o755)
  fs.renameSync(unfinished, copy)
  return copy
}

/**
 * @param {string} dataDir
 * @param {string} home
 * @param {{ uid: number, gid: number }} account
 */
function moveWithinReach(dataDir, home, account) {
  let target = home
  if (isReachable(path.dirname(home), account.uid)) {
    // Others may pass through to what is theirs, and list or read nothing.
    fs.chmodSync(home, 0o711)
  } else {
    const name = createHash('sha256').update(fs.realpathSync(dataDir)).digest('hex').slice(0, 16)
    target = path.join(sharedHome, name)
    makeSharedDirectory(target)
  }
  const cluster = path.join(target, 'postgres')
  const old = path.join(home, 'postgres')
  if (cluster !== old && fs.existsSync(old))
    fs.cpSync(old, cluster, { recursive: true, verbatimSymlinks: true })
  if (fs.existsSync(cluster)) chownTree(cluster, account)
  if (target !== home) fs.writeFileSync(path.join(dataDir, 'postgres-home'), `${target}\n`, { mode: 0o600 })
  if (cluster !== old) fs.rmSync(old, { recursive: true, force: true })
  return target
}

/** @param {string} directory */
function makeSharedDirectory(directory) {
  try {
    fs.mkdirSync(directory, { recursive: true, mode: 0o711 })
    fs.chmodSync(directory, 0o711)
  } catch (error) {
    throw new UserError(
      `PostgreSQL refuses to run as root, and ${directory} cannot be made for it: ${/** @type {Error} */ (error).message}`,
      'Run npm start as an ordinary user, or set DATABASE_URL to a PostgreSQL server.',
    )
  }
}

/**
 * @param {string} directory
 * @param {{ uid: number, gid: number }} account
 */
function chownTree(directory, account) {
  fs.lchownSync(directory, account.uid, account.gid)
  for (const entry of fs.readdirSync(directory, { withFileTypes: true })) {
    const file = path.join(directory, entry.name)
    if (entry.isDirectory()) chownTree(file, account)
    else fs.lchownSync(file, account.uid, account.gid)
  }
}
