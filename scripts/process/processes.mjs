import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'

/**
 * Whether a process with this id runs now, whoever owns it. A zombie does not count.
 * @param {number} pid
 */
export function isAlive(pid) {
  if (!Number.isInteger(pid) || pid <= 0) return false
  try {
    process.kill(pid, 0)
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code !== 'EPERM') return false
  }
  return processState(pid) !== 'Z'
}

/**
 * A text that tells this process from a later one with the same id: its start time, in clock ticks since boot.
 * Empty when there is no such process, or nothing can be told about it.
 * @param {number} pid
 */
export function processToken(pid) {
  try {
    return statFields(pid)[19] ?? ''
  } catch {
    return tokenFromPs(pid)
  }
}

/**
 * The id of the process that started this one, or that has taken it over; 0 when nothing can be told about it.
 * @param {number} pid
 */
export function parentOf(pid) {
  try {
    return Number(statFields(pid)[1])
  } catch {
    return 0
  }
}

/**
 * Waits until the process is gone.
 * @param {number} pid
 * @param {number} timeoutMs
 * @returns {Promise<boolean>} false when it still runs after that time
 */
export async function waitForExit(pid, timeoutMs) {
  const deadline = Date.now() + timeoutMs
  while (isAlive(pid)) {
    if (Date.now() > deadline) return false
    await sleep(20)
  }
  return true
}

/**
 * Sends a signal; a process that is gone already is no error.
 * @param {number} pid
 * @param {NodeJS.Signals} signal
 */
export function sendSignal(pid, signal) {
  try {
    process.kill(pid, signal)
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code !== 'ESRCH') throw error
  }
}

/**
 * Fields of /proc/PID/stat from the third (state) on; the second may hold spaces and parentheses.
 * @param {number} pid
 */
function statFields(pid) {
  const stat = fs.readFileSync(`/proc/${pid}/stat`, 'utf8')
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ')
}

/** @param {number} pid */
function processState(pid) {
  try {
    return statFields(pid)[0] ?? ''
  } catch {
    return ''
  }
}

/** @param {number} pid */
function tokenFromPs(pid) {
  if (process.platform === 'linux') return ''
  try {
    return execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' }).trim()
  } catch {
    return ''
  }
}
