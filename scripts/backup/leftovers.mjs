import fs from 'node:fs'
import path from 'node:path'
import { isAlive } from '../process/processes.mjs'

/**
 * Removes what a process that was killed left behind of an unfinished file or directory, named `NAME.KIND-PID`.
 * @param {string} directory
 * @param {string} kind
 */
export function removeLeftovers(directory, kind) {
  for (const name of fs.readdirSync(directory)) {
    const pid = new RegExp(`\\.${kind}-(\\d+)$`).exec(name)?.[1]
    if (pid && !isAlive(Number(pid))) fs.rmSync(path.join(directory, name), { recursive: true, force: true })
  }
}
