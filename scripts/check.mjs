#!/usr/bin/env node
// `npm run check`: formatting and lint, import rules, types, dead code, generated documents. Needs no database.
import fs from 'node:fs'
import os from 'node:os'
import { installAndBuild } from './build/prepare.mjs'
import { foldersFormNoCycle } from './check/folder-cycles.mjs'
import { loadGeneratorCompiles } from './check/load-generator.mjs'
import { inProject } from './foundation/paths.mjs'
import { say } from './foundation/progress.mjs'
import { describeError } from './foundation/user-error.mjs'
import { generate } from './generate.mjs'
import { runCommand } from './process/run-command.mjs'

/** @typedef {{ name: string, run: () => Promise<{ ok: boolean, lines: string[] }> }} Check */

const fix = 'Run npm run format, which repairs most of it.'

/** @type {Check[]} */
const checks = [
  tool(
    'format',
    'node_modules/@biomejs/biome/bin/biome',
    ['ci', '--colors=off', '--error-on-warnings', '.'],
    fix,
  ),
  tool('imports', 'node_modules/dependency-cruiser/bin/dependency-cruise.mjs', [
    '--config=.dependency-cruiser.mjs',
    '--output-type=err',
    ...sourceDirectories(),
  ]),
  foldersFormNoCycle([
    'apps/api/src',
    'apps/web/src',
    'packages/broker/src',
    'packages/device-sdk/src',
    'packages/protocol/src',
    'packages/simulator/src',
    'scripts',
    'bench',
  ]),
  tool('dead code', 'node_modules/knip/bin/knip.js', ['--no-progress', '--no-config-hints']),
  tool(
    'dependencies',
    'node_modules/knip/bin/knip.js',
    ['--strict', '--dependencies', '--no-progress', '--no-config-hints'],
    'Move what only tests and builds use to devDependencies, and what the source uses at run time to dependencies.',
  ),
  { name: 'documents', run: () => generate({ check: true }) },
  ...loadGeneratorCompiles(),
  tool('conformance', 'scripts/conformance.mjs', ['--check']),
  ...[...workspaces(), 'packages/broker/conformance', 'packages/broker/fuzz'].map(typeCheck),
]

try {
  await installAndBuild()
  const failed = await runAll(checks)
  say(failed.length === 0 ? `\nall ${checks.length} checks passed` : `\nfailed: ${failed.join(', ')}`)
  process.exitCode = failed.length === 0 ? 0 : 1
} catch (error) {
  process.stderr.write(`\n${describeError(error)}\n`)
  process.exitCode = 1
}

/** The workspaces, and the root for scripts and tests. */
function workspaces() {
  const isWorkspace = (/** @type {string} */ directory) =>
    fs.existsSync(inProject(directory, 'tsconfig.json'))
  return ['packages', 'apps']
    .flatMap((root) => fs.readdirSync(inProject(root)).map((name) => `${root}/${name}`))
    .concat('.')
    .filter(isWorkspace)
}

/** Directories with source, without build output. */
function sourceDirectories() {
  const directories = workspaces().flatMap((workspace) => [`${workspace}/src`, `${workspace}/bin`])
  return [...directories, 'tests', 'scripts', 'bench'].filter((directory) =>
    fs.existsSync(inProject(directory)),
  )
}

/** @param {string} workspace */
function typeCheck(workspace) {
  const args = ['--project', `${workspace}/tsconfig.json`, '--noEmit', '--pretty', 'false']
  return tool(`types ${workspace}`, 'node_modules/typescript/bin/tsc', args)
}

/**
 * Runs as many checks at once as there are processors, and prints the whole output of each that fails.
 * @param {Check[]} all
 */
async function runAll(all) {
  const queue = [...all]
  /** @type {string[]} */
  const failed = []
  const worker = async () => {
    for (let check = queue.shift(); check; check = queue.shift()) {
      const startedAt = Date.now()
      const { ok, lines } = await check.run()
      const seconds = ((Date.now() - startedAt) / 1000).toFixed(1)
      say(`  ${ok ? 'ok    ' : 'FAILED'} ${check.name} (${seconds} s)`)
      if (ok) continue
      failed.push(check.name)
      say(lines.map((line) => `         ${line}`).join('\n'))
    }
  }
  await Promise.all(Array.from({ length: Math.max(1, os.availableParallelism()) }, worker))
  return failed
}

/**
 * @param {string} name
 * @param {string} script
 * @param {string[]} args
 * @param {string} [hint]
 * @returns {Check}
 */
function tool(name, script, args, hint) {
  return {
    name,
    async run() {
      const result = await runCommand(process.execPath, [inProject(script), ...args])
      return hint && !result.ok ? { ok: false, lines: [...result.lines, hint] } : result
    },
  }
}
