import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { say } from '../foundation/progress.mjs'
import { UserError } from '../foundation/user-error.mjs'
import { LockedError, stillRuns, takeLock } from '../process/lock.mjs'
import { sendSignal, waitForExit } from '../process/processes.mjs'

/** An api whose supervisor was killed ends by itself, within this time. */
const orphanTimeoutMs = 6_000

/** A stop takes less than this. */
const stopTimeoutMs = 15_000
const lockPollMs = 100

/**
 * Takes the data directory's lock, and waits until the processes of a killed predecessor have ended.
 * @param {string} dataDir
 */
export async function lockInstance(dataDir) {
  const lock = await take(dataDir)
  for (const orphan of lock.predecessor?.children ?? []) {
    if (!stillRuns(orphan)) continue
    sendSignal(orphan.pid, 'SIGTERM')
    if (!(await waitForExit(orphan.pid, orphanTimeoutMs))) sendSignal(orphan.pid, 'SIGKILL')
    await waitForExit(orphan.pid, orphanTimeoutMs)
  }
  return lock
}

/**
 * Takes the lock, when its holder is stopping as soon as it has stopped.
 * @param {string} dataDir
 */
async function take(dataDir) {
  const deadline = Date.now() + stopTimeoutMs
  for (let waited = false; ; waited = true) {
    try {
      return takeLock(path.join(dataDir, 'lock'))
    } catch (error) {
      if (!(error instanceof LockedError)) throw error
      if (!error.holder.stopping || Date.now() > deadline) throw alreadyRuns(dataDir, error.holder)
      if (!waited) say(`  process ${error.holder.pid} is stopping; waiting until it ends …`)
      await sleep(lockPollMs)
    }
  }
}

/**
 * @param {string} dataDir
 * @param {import('../process/lock.mjs').LockContent} holder
 */
function alreadyRuns(dataDir, { pid, url }) {
  return new UserError(
    `Heliograph already runs on the data directory ${dataDir}: process ${pid}${url ? `, at ${url}` : ''}.`,
    `Stop it (kill ${pid}), or start this one with another data directory and other ports:`,
    'DATA_DIR=.data2 PORT=3100 MQTT_PORT=1884 npm start',
  )
}
