import fs from 'node:fs'
import path from 'node:path'
import { inProject } from '../foundation/paths.mjs'
import { runCommand } from '../process/run-command.mjs'
import { buildFailure } from './build-failure.mjs'
import { hashBuildInputs } from './build-inputs.mjs'

const hashFile = inProject('.turbo/built')

/** For each workspace a file that its build writes near its end. */
const outputs = {
  '@heliograph/protocol': 'packages/protocol/dist/index.js',
  '@heliograph/broker': 'packages/broker/dist/index.js',
  '@heliograph/device-sdk': 'packages/device-sdk/dist/index.js',
  '@heliograph/simulator': 'packages/simulator/dist/index.js',
  '@heliograph/api': 'apps/api/dist/main.js',
  '@heliograph/web': 'apps/web/.next/standalone/apps/web/server.js',
}

/** Whether everything is built from the current sources. */
export function isBuilt() {
  if (!fs.existsSync(hashFile) || !Object.values(outputs).every((file) => fs.existsSync(inProject(file))))
    return false
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
  const startedAt = Date.now()
  /** @type {Set<string>} */
  const started = new Set()
  const onLine = (/** @type {string} */ line) => {
    const workspace = /^(@heliograph\/[a-z-]+):build: cache miss/.exec(line)?.[1]
    if (workspace) started.add(workspace)
  }
  const show = () => {
    const unfinished = Object.entries(outputs).filter(
      ([name, file]) => started.has(name) && !isNewerThan(inProject(file), startedAt),
    )
    if (unfinished.length > 0) update(`building ${unfinished.map(([name]) => name).join(', ')}`)
  }
  const timer = setInterval(show, 1_000)
  const { ok, lines } = await runCommand(process.execPath, args, { onLine, onSpawn }).finally(() =>
    clearInterval(timer),
  )
  if (!ok) throw buildFailure(lines)
  fs.mkdirSync(path.dirname(hashFile), { recursive: true })
  fs.writeFileSync(hashFile, hash)
}

/**
 * @param {string} file
 * @param {number} time epoch milliseconds
 */
function isNewerThan(file, time) {
  const stat = fs.statSync(file, { throwIfNoEntry: false })
  return stat !== undefined && stat.mtimeMs >= time
}
