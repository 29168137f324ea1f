import { spawn } from 'node:child_process'
import { once } from 'node:events'
import readline from 'node:readline'
import { projectRoot } from '../foundation/paths.mjs'
import { endTree, killTree } from './process-tree.mjs'
import { processToken } from './processes.mjs'

/** Variables that turn off the tools' telemetry. */
export const quietTools = {
  TURBO_TELEMETRY_DISABLED: '1',
  NEXT_TELEMETRY_DISABLED: '1',
  CHECKPOINT_DISABLE: '1',
}

/** @type {Set<number>} ids of the commands that run now */
const running = new Set()

process.on('exit', () => {
  for (const pid of running) killTree(pid)
})

/**
 * Ends the commands that run now with all that they have started, and resolves when nothing of them is left.
 * @param {number} timeoutMs
 */
export async function endRunningCommands(timeoutMs) {
  await Promise.all([...running].map((pid) => endTree(pid, timeoutMs)))
}

/** Lines kept of the beginning, and of the end, of a long output. */
const keptLines = 60

/**
 * Runs a command in the project's root without showing its output.
 * @param {string} command
 * @param {string[]} args
 * @param {object} [options]
 * @param {(line: string) => void} [options.onLine]
 * @param {(id: import('./lock.mjs').ProcessId) => void} [options.onSpawn]
 * @param {NodeJS.ProcessEnv} [options.env]
 * @returns {Promise<{ ok: boolean, lines: string[], stdout: string }>} the first and last lines of its output, and all of stdout
 */
export async function runCommand(command, args, { onLine = () => {}, onSpawn = () => {}, env = {} } = {}) {
  const child = spawn(command, args, {
    cwd: projectRoot,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...quietTools, ...env },
  })
  const { pid } = child
  if (pid !== undefined) {
    running.add(pid)
    child.once('exit', () => running.delete(pid))
    onSpawn({ pid, token: processToken(pid) })
  }
  /** @type {string[]} */
  const lines = []
  const readers = [child.stdout, child.stderr].map((stream) => {
    const reader = readline.createInterface({ input: stream })
    reader.on('line', (line) => {
      lines.push(line)
      if (lines.length > 2 * keptLines) lines.splice(keptLines, 1)
      onLine(line)
    })
    return once(reader, 'close')
  })
  let stdout = ''
  child.stdout.on('data', (chunk) => {
    stdout += chunk
  })
  const exit = once(child, 'close').then(([code]) => code === 0)
  const failure = once(child, 'error').then(([error]) => {
    lines.push(error.message)
    return false
  })
  const ok = await Promise.race([exit, failure])
  await Promise.all(readers)
  return { ok, lines, stdout }
}
