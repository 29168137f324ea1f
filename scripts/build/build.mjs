import fs from 'node:fs'
import path from 'node:path'
import { inProject } from '../foundation/paths.mjs'
import { runCommand } from '../process/run-command.mjs'
import { buildFailure } from './build-failure.mjs'
import { hashBuildInputs } from './build-inputs.mjs'

const hashFile = inProject('.turbo/built')

/** For each workspace a file that its build writes near its end. */
const outputs = [
  'packages/protocol/dist/index.js',
  'packages/broker/dist/index.js',
  'packages/device-sdk/dist/index.js',
  'packages/simulator/dist/index.js',
  'apps/api/dist/main.js',
  'apps/web/.next/standalone/apps/web/server.js',
]

/** Whether everything is built from the current sources. */
export function isBuilt() {
  if (!fs.existsSync(hashFile) || !outputs.every((file) => fs.existsSync(inProject(file)))) return false
  return fs.readFileSync(hashFile, 'utf8') === hashBuildInputs()
}

/**
 * Builds what has changed.
 * @param {(detail: string) => void} update
 * @param {(id: import('../process/lock.mjs').ProcessId) => void} onSpawn
 */
export async function build(update, onSpawn) {
  const hash = hashBuildInputs()
  fs.rmSync(hashFile, { force: true })
  const args = [
    inProject('node_modules/turbo/bin/turbo'),
    'run',
    'build',
    '--no-daemon',
    '--output-logs=new-only',
  ]
  const onLine = (/** @type {string} */ line) => {
    const started = /^(@heliograph\/[a-z-]+):build: cache miss/.exec(line)
    if (started) update(`building ${started[1]}`)
  }
  const { ok, lines } = await runCommand(process.execPath, args, { onLine, onSpawn })
  if (!ok) throw buildFailure(lines)
  fs.mkdirSync(path.dirname(hashFile), { recursive: true })
  fs.writeFileSync(hashFile, hash)
}
