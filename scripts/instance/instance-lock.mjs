import path from 'node:path'
import { UserError } from '../foundation/user-error.mjs'
import { LockedError, stillRuns, takeLock } from '../process/lock.mjs'
import { sendSignal, waitForExit } from '../process/processes.mjs'

/** An api whose supervisor was killed ends by itself, within this time. */
const orphanTimeoutMs = 6_000

/**
 * Takes the data directory's lock, and waits until the processes of a killed predecessor have ended.
 * @param {string} dataDir
 */
export async function lockInstance(dataDir) {
  const lock = take(dataDir)
  for (const orphan of lock.predecessor?.children ?? []) {
    if (!stillRuns(orphan)) continue
    sendSignal(orphan.pid, 'SIGTERM')
    if (!(await waitForExit(orphan.pid, orphanTimeoutMs))) sendSignal(orphan.pid, 'SIGKILL')
    await waitForExit(orphan.pid, orphanTimeoutMs)
  }
  return lock
}

/** @param {string} dataDir */
function take(dataDir) {
  try {
    return takeLock(path.join(dataDir, 'lock'))
  } catch (error) {
    if (!(error instanceof LockedError)) throw error
    const { pid, url } = error.holder
    throw new UserError(
      `Heliograph already runs on the data directory ${dataDir}: process ${pid}${url ? `, at ${url}` : ''}.`,
      `Stop it (kill ${pid}), or start this one with another data directory and other ports:`,
      'DATA_DIR=.data2 PORT=3100 MQTT_PORT=1884 npm start',
    )
  }
}
