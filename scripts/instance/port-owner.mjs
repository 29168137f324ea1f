import { spawnSync } from 'node:child_process'
import fs from 'node:fs'
import { parentOf } from '../process/processes.mjs'

/** @typedef {{ pid: number, name: string, command: string }} PortOwner */

const listenState = '0A'

/** The scripts that start an api again when it ends: `npm start` and `npm run dev`. */
const supervisorScript = /\bscripts\/(start|dev)\.mjs\b/

/**
 * The process to stop so that a TCP port becomes free: the one that listens there or, of another Heliograph, its
 * supervisor, which would only start it again. Undefined when it belongs to another user.
 * @param {number} port
 * @returns {PortOwner | undefined}
 */
export function findPortOwner(port) {
  const pid = process.platform === 'linux' ? pidFromProc(port) : pidFromLsof(port)
  if (pid === undefined) return undefined
  const parent = parentOf(pid)
  const supervisor = parent > 1 ? describeProcess(parent) : undefined
  if (supervisor && supervisorScript.test(supervisor.command))
    return { ...supervisor, name: 'another Heliograph' }
  return describeProcess(pid)
}

/**
 * The inodes of the sockets that listen on the port, from the text of /proc/net/tcp or tcp6.
 * @param {string} table
 * @param {number} port
 * @returns {string[]}
 */
export function listeningInodes(table, port) {
  const suffix = `:${port.toString(16).toUpperCase().padStart(4, '0')}`
  return table
    .split('\n')
    .slice(1)
    .map((line) => line.trim().split(/\s+/))
    .filter(([, local = '', , state]) => local.endsWith(suffix) && state === listenState)
    .map((fields) => fields[9] ?? '')
}

/** @param {number} port */
function pidFromProc(port) {
  const tables = ['/proc/net/tcp', '/proc/net/tcp6'].filter((file) => fs.existsSync(file))
  const inodes = tables.flatMap((file) => listeningInodes(fs.readFileSync(file, 'utf8'), port))
  const links = new Set(inodes.map((inode) => `socket:[${inode}]`))
  const pids = fs.readdirSync('/proc').filter((name) => /^\d+$/.test(name))
  const owner = pids.find((pid) => openFiles(pid).some((link) => links.has(link)))
  return owner === undefined ? undefined : Number(owner)
}

/** @param {string} pid */
function openFiles(pid) {
  try {
    return fs.readdirSync(`/proc/${pid}/fd`).map((fd) => readLink(`/proc/${pid}/fd/${fd}`))
  } catch {
    // Another user's process, or one that has just ended.
    return []
  }
}

/** @param {string} file */
function readLink(file) {
  try {
    return fs.readlinkSync(file)
  } catch {
    return ''
  }
}

/** @param {number} port */
function pidFromLsof(port) {
  const { stdout } = spawnSync('lsof', ['-nP', `-iTCP:${port}`, '-sTCP:LISTEN', '-t'], { encoding: 'utf8' })
  const pid = Number(stdout?.split('\n')[0])
  return pid > 0 ? pid : undefined
}

/** @param {number} pid */
function describeProcess(pid) {
  const { stdout } = spawnSync('ps', ['-o', 'comm=,args=', '-p', String(pid)], { encoding: 'utf8' })
  const [name, ...args] = (stdout ?? '').trim().split(/\s+/)
  if (name) return { pid, name, command: shorten(args.join(' ')) }
  const command = readProcFile(pid, 'cmdline').split('\0').join(' ').trim()
  return { pid, name: readProcFile(pid, 'comm').trim() || 'a process', command: shorten(command) }
}

/**
 * @param {number} pid
 * @param {string} name
 */
function readProcFile(pid, name) {
  try {
    return fs.readFileSync(`/proc/${pid}/${name}`, 'utf8')
  } catch {
    return ''
  }
}

/** @param {string} command */
function shorten(command) {
  return command.length > 100 ? `${command.slice(0, 100)}…` : command
}
