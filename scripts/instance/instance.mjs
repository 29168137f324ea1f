import { assertDiskSpace } from '../foundation/disk.mjs'
import { readConfiguration } from './configuration.mjs'
import { prepareDataDirectory } from './data-directory.mjs'
import { lockInstance } from './instance-lock.mjs'
import { openDatabase } from './open-database.mjs'
import { assertPortFree } from './ports.mjs'

/** The api stops first, then its database; together they take less than five seconds. */
export const apiStopMs = 4_000
const databaseStopMs = 700

const dataMegabytes = 200

/**
 * Reads the configuration, takes the data directory and checks the ports, so that mistakes are reported before an
 * installation takes minutes.
 * @param {import('./run-until-stopped.mjs').OnStop} onStop
 * @param {Promise<string>} stop resolves when a stop is requested
 */
export async function claimInstance(onStop, stop) {
  const configuration = readConfiguration()
  const { host, port, mqttPort, mqttsPort, httpsPort, dataDir } = configuration
  prepareDataDirectory(dataDir)
  const lock = await lockInstance(dataDir)
  onStop(async () => lock.release())
  // Whoever starts again meanwhile waits instead of being refused.
  stop.then(() => lock.update({ stopping: true }))
  assertDiskSpace(dataDir, dataMegabytes, 'the data directory at least')
  await assertPortFree('PORT', host, port)
  if (mqttPort) await assertPortFree('MQTT_PORT', host, mqttPort)
  if (mqttsPort) await assertPortFree('MQTTS_PORT', host, mqttsPort)
  if (httpsPort) await assertPortFree('HTTPS_PORT', host, httpsPort)
  return { configuration, lock }
}

/**
 * @param {import('./configuration.mjs').Configuration} configuration
 * @param {import('./run-until-stopped.mjs').OnStop} onStop
 * @returns {Promise<{ env: NodeJS.ProcessEnv, lost: Promise<never> }>} the api's environment, and a promise that is
 * rejected when the database is lost for good
 */
export async function openInstanceDatabase(configuration, onStop) {
  /** @type {(error: unknown) => void} */
  let onLost = () => {}
  /** @type {Promise<never>} */
  const lost = new Promise((_, reject) => {
    onLost = reject
  })
  // Nobody may be waiting yet, and an unhandled rejection would end the process.
  lost.catch(() => {})
  const database = await openDatabase(configuration, onLost)
  onStop(() => database.stop(databaseStopMs))
  return { env: { ...process.env, DATABASE_URL: database.url, DATA_DIR: configuration.dataDir }, lost }
}
