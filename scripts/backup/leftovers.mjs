import fs from 'node:fs'
import path from 'node:path'
import { isAlive } from '../process/processes.mjs'

/**
 * Removes unfinished files and directories, named `NAME.KIND-PID`, of processes that were killed.
 * @param {string} directory
 * @param {string} kind
 */
export function removeLeftovers(directory, kind) {
  for (const name of fs.readdirSync(directory)) {
    const pid = new RegExp(`\\.${kind}-(\\d+)$`).exec(name)?.[1]
    if (pid && !isAlive(Number(pid))) fs.rmSync(path.join(directory, name), { recursive: true, force: true })
  }
}
