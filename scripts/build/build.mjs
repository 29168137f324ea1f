import fs from 'node:fs'
import path from 'node:path'
import { inProject } from '../foundation/paths.mjs'
import { UserError } from '../foundation/user-error.mjs'
import { runCommand } from '../process/run-command.mjs'
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
 */
export async function build(update) {
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
  const { ok, lines } = await runCommand(process.execPath, args, { onLine })
  if (!ok) throw buildFailure(lines)
  fs.mkdirSync(path.dirname(hashFile), { recursive: true })
  fs.writeFileSync(hashFile, hash)
}

/**
 * Picks the output of the failed workspace out of the output of all.
 * @param {string[]} lines
 */
function buildFailure(lines) {
  const failed = lines.map((line) => /^ *Failed: +(.+)#build/.exec(line)?.[1]).find(Boolean)
  const prefix = `${failed}:build: `
  const said = lines.filter((line) => line.startsWith(prefix)).map((line) => line.slice(prefix.length))
  const useful = said.filter((line) => line.trim() && !/^(npm (warn|error|notice)|> |cache miss)/.test(line))
  return new UserError(
    `The build of ${failed ?? 'the workspaces'} failed:`,
    ...(useful.length > 0 ? useful : lines),
    'If you changed nothing, remove node_modules and .turbo and start again.',
  )
}
