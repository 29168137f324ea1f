import fs from 'node:fs'
import path from 'node:path'
import { UserError } from '../foundation/user-error.mjs'
import { isAlive, sendSignal, waitForExit } from '../process/processes.mjs'

const fastShutdownTimeoutMs = 20_000
const immediateShutdownTimeoutMs = 10_000

/**
 * Stops the PostgreSQL that an earlier start left running on this cluster when it was killed. Commits are durable:
 * they are in the write-ahead log, whichever way it stops. The caller holds the data directory's lock.
 * @param {string} directory the cluster
 * @returns {Promise<boolean>} whether there was one
 */
export async function stopLeftoverPostgres(directory) {
  const pidFile = path.join(directory, 'postmaster.pid')
  if (!fs.existsSync(pidFile)) return false
  const pid = Number(fs.readFileSync(pidFile, 'utf8').split('\n')[0])
  if (!isAlive(pid) || !servesCluster(pid, directory)) {
    // PostgreSQL itself would take any process that now has this id for its predecessor, and refuse to start.
    fs.rmSync(pidFile, { force: true })
    return false
  }
  sendSignal(pid, 'SIGINT')
  if (await waitForExit(pid, fastShutdownTimeoutMs)) return true
  sendSignal(pid, 'SIGQUIT')
  if (await waitForExit(pid, immediateShutdownTimeoutMs)) return true
  throw new UserError(
    `A PostgreSQL of an earlier start (process ${pid}) still runs on ${directory} and does not stop.`,
    `Stop it (kill -9 ${pid}), then start again.`,
  )
}

/**
 * PostgreSQL works in the directory of its cluster, which no other program would.
 * @param {number} pid
 * @param {string} directory
 */
function servesCluster(pid, directory) {
  try {
    return fs.readlinkSync(`/proc/${pid}/cwd`) === fs.realpathSync(directory)
  } catch {
    // Other systems, or a process of another user: trust the file, as PostgreSQL does.
    return process.platform !== 'linux'
  }
}
