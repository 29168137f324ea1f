import { spawn } from 'node:child_process'
import readline from 'node:readline'
import { inProject } from '../foundation/paths.mjs'
import { say } from '../foundation/progress.mjs'
import { UserError } from '../foundation/user-error.mjs'
import { endWithUs } from '../process/end-with-us.mjs'
import { runCommand } from '../process/run-command.mjs'

/** Workspaces in the order of their imports; those in one line do not import each other. */
const compiledInOrder = [
  ['packages/protocol', 'packages/broker'],
  ['packages/device-sdk', 'apps/api'],
  ['packages/simulator'],
]

/** Workspaces whose change restarts the api. */
const loadedByApi = new Set(['packages/protocol', 'packages/broker', 'apps/api'])

const debounceMs = 300

/**
 * Compiles packages and api, and goes on compiling what changes.
 * @param {() => void} onChange called when a workspace that the api loads was compiled again
 */
export async function compileAndWatch(onChange) {
  const { ok, lines } = await runCommand(process.execPath, [inProject('scripts/prisma-generate.mjs')])
  if (!ok) throw new UserError('The Prisma client could not be generated:', ...lines)
  /** @type {NodeJS.Timeout | undefined} */
  let debounce
  const onCompiled = (/** @type {string} */ workspace) => {
    if (!loadedByApi.has(workspace)) return
    clearTimeout(debounce)
    debounce = setTimeout(onChange, debounceMs)
  }
  for (const workspaces of compiledInOrder) {
    await Promise.all(workspaces.map((workspace) => watch(workspace, onCompiled)))
  }
}

/**
 * @param {string} workspace
 * @param {(workspace: string) => void} onCompiled called when it was compiled again, without errors
 * @returns {Promise<void>} resolves when it was compiled for the first time
 */
function watch(workspace, onCompiled) {
  const tsc = inProject('node_modules/typescript/bin/tsc')
  const args = [
    tsc,
    '--project',
    'tsconfig.build.json',
    '--watch',
    '--preserveWatchOutput',
    '--pretty',
    'false',
  ]
  const child = spawn(process.execPath, args, {
    cwd: inProject(workspace),
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  endWithUs(child)
  return new Promise((resolve) => {
    let first = true
    readline.createInterface({ input: child.stdout }).on('line', (line) => {
      const found = /Found (\d+) errors?\. Watching/.exec(line)
      if (!found) {
        if (line.includes('error TS')) say(`  ${workspace}/${line}`)
        return
      }
      if (first) resolve()
      else if (found[1] === '0') onCompiled(workspace)
      first = false
    })
  })
}
