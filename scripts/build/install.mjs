import fs from 'node:fs'
import { inProject } from '../foundation/paths.mjs'
import { UserError } from '../foundation/user-error.mjs'
import { runCommand } from '../process/run-command.mjs'

/**
 * A package as both lock files describe it.
 * @typedef {{ version?: string, optional?: boolean, link?: boolean }} LockedPackage
 */

/**
 * Whether node_modules holds what package-lock.json asks for. npm writes its own record at the end of an installation,
 * so an interrupted one has none.
 */
export function isInstalled() {
  const wanted = readLock(inProject('package-lock.json'))
  const installed = readLock(inProject('node_modules/.package-lock.json'))
  if (!wanted || !installed) return false
  return missingPackages(wanted, installed).length === 0 && everyRootExists(wanted)
}

/**
 * Installs exactly what package-lock.json names.
 * @param {(detail: string) => void} update
 * @param {(id: import('../process/lock.mjs').ProcessId) => void} onSpawn
 */
export async function install(update, onSpawn) {
  const npm = npmCommand()
  const args = ['ci', '--no-audit', '--no-fund', '--prefer-offline', '--loglevel=error']
  update('installing (the first time takes about a minute)')
  const { ok, lines } = await runCommand(npm.command, [...npm.args, ...args], { onSpawn })
  if (ok) return
  const offline = lines.some((line) => /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ETIMEDOUT|ECONNRESET/.test(line))
  throw new UserError(
    'The dependencies could not be installed (npm ci):',
    ...explain(lines),
    offline
      ? 'npm’s registry cannot be reached. Check the network, or set npm’s registry or proxy (npm config set registry …).'
      : 'Start again to try once more; npm ci in this directory shows everything.',
  )
}

/**
 * npm prints its error first and then its usage, which is left out.
 * @param {string[]} lines
 */
function explain(lines) {
  const usage = lines.findIndex((line) => /^npm error (Clean install a project|Usage:)/.test(line))
  return lines
    .slice(0, usage === -1 ? undefined : usage)
    .map((line) => line.replace(/^npm error ?/, ''))
    .filter((line) => line.trim())
    .slice(0, 20)
}

/**
 * The packages that are wanted and not installed, without optional ones, which may be for other systems.
 * @param {Record<string, LockedPackage>} wanted
 * @param {Record<string, LockedPackage>} installed
 */
export function missingPackages(wanted, installed) {
  return Object.entries(wanted)
    .filter(([path, { optional }]) => path.includes('node_modules/') && !optional)
    .filter(([path, { version, link }]) => {
      const found = installed[path]
      return !found || found.version !== version || Boolean(found.link) !== Boolean(link)
    })
    .map(([path]) => path)
}

/**
 * @param {string} file
 * @returns {Record<string, LockedPackage> | undefined}
 */
function readLock(file) {
  if (!fs.existsSync(file)) return undefined
  return JSON.parse(fs.readFileSync(file, 'utf8')).packages
}

/**
 * Whether each package's directory exists: somebody may have removed one by hand.
 * @param {Record<string, LockedPackage>} wanted
 */
function everyRootExists(wanted) {
  return Object.entries(wanted).every(
    ([path, { optional }]) => !path.includes('node_modules/') || optional || fs.existsSync(inProject(path)),
  )
}

/** The npm that started this process, or the one in PATH. */
function npmCommand() {
  const cli = process.env.npm_execpath
  return cli?.endsWith('npm-cli.js') && fs.existsSync(cli)
    ? { command: process.execPath, args: [cli] }
    : { command: 'npm', args: [] }
}
