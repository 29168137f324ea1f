import path from 'node:path'
import { lockHolder } from '../process/lock.mjs'
import { readConfiguration } from './configuration.mjs'

/**
 * The address of the platform that runs on the data directory or, when none runs, of one that the environment and `.env`
 * would start.
 */
export function platformUrl({ dataDir, port } = readConfiguration()) {
  return lockHolder(path.join(dataDir, 'lock'))?.url ?? `http://127.0.0.1:${port}`
}
