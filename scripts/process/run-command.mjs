import { spawn } from 'node:child_process'
import { once } from 'node:events'
import readline from 'node:readline'
import { projectRoot } from '../foundation/paths.mjs'
import { endWithUs } from './end-with-us.mjs'

/** Variables that turn off the tools' telemetry. */
export const quietTools = {
  TURBO_TELEMETRY_DISABLED: '1',
  NEXT_TELEMETRY_DISABLED: '1',
  CHECKPOINT_DISABLE: '1',
}

/** Lines kept of the beginning, and of the end, of a long output. */
const keptLines = 60

/**
 * Runs a command in the project's root without showing its output.
 * @param {string} command
 * @param {string[]} args
 * @param {{ onLine?: (line: string) => void, env?: NodeJS.ProcessEnv }} [options]
 * @returns {Promise<{ ok: boolean, lines: string[], stdout: string }>} the first and last lines of its output, and all of stdout
 */
export async function runCommand(command, args, { onLine = () => {}, env = {} } = {}) {
  const child = spawn(command, args, {
    cwd: projectRoot,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...quietTools, ...env },
  })
  endWithUs(child)
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
