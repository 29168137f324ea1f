import { spawn } from 'node:child_process'
import { once } from 'node:events'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { installAndBuild } from '../build/prepare.mjs'
import { inProject, projectRoot } from '../foundation/paths.mjs'
import { say, step } from '../foundation/progress.mjs'
import { describeError, UserError } from '../foundation/user-error.mjs'
import { quietTools, runCommand } from '../process/run-command.mjs'

/** The projects of vitest.config.ts, those first that fail fastest. */
const phases = [
  { title: 'unit', projects: ['unit', 'web', 'api'] },
  { title: 'conformance', projects: ['conformance'] },
  { title: 'integration', projects: ['integration'] },
  { title: 'browser', projects: ['browser'] },
]

/**
 * @typedef {object} Results
 * @property {number} passed
 * @property {string[]} failures What failed, and why.
 */

/**
 * Runs all tests, or those that the arguments select, and ends the process with what failed and the line `N passed, N failed`.
 * @param {string[]} filters
 */
export async function runTests(filters) {
  /** @type {Results} */
  const total = { passed: 0, failures: [] }
  try {
    await installAndBuild()
    process.env.CHROMIUM_PATH = await chromiumFor(filters)
    for (const { title, projects } of await selectPhases(filters)) {
      say(`\n${title}`)
      const { passed, failures } = await runPhase(title, projects, filters)
      total.passed += passed
      total.failures.push(...failures)
    }
  } catch (error) {
    total.failures.push(describeError(error))
  }
  const { passed, failures } = total
  const closing = [
    ...failures.map((failure) => `failed: ${failure}`),
    `${passed} passed, ${failures.length} failed`,
  ]
  process.exitCode = failures.length === 0 ? 0 : 1
  process.stdout.write(`\n${closing.join('\n')}\n`, () => process.exit())
}

/**
 * The phases that have a test which the filters select.
 * @param {string[]} filters
 */
async function selectPhases(filters) {
  if (filters.length === 0) return phases
  const args = [inProject('node_modules/vitest/vitest.mjs'), 'list', ...filters, '--filesOnly', '--json']
  const { stdout } = await runCommand(process.execPath, args)
  /** @type {{ projectName: string }[]} */
  const files = JSON.parse(stdout.slice(stdout.indexOf('[')) || '[]')
  if (files.length === 0)
    throw new UserError(`There is no test in a file whose path contains ${filters.join(' or ')}.`)
  const selected = new Set(files.map(({ projectName }) => projectName))
  return phases
    .map(({ title, projects }) => ({ title, projects: projects.filter((project) => selected.has(project)) }))
    .filter(({ projects }) => projects.length > 0)
}

/**
 * @param {string[]} filters
 * @returns {Promise<string | undefined>}
 */
async function chromiumFor(filters) {
  if (filters.length > 0 && !filters.some((filter) => filter.includes('browser')))
    return process.env.CHROMIUM_PATH
  const { ensureChromium, findChromium } = await import('./chromium.mjs')
  return findChromium() ?? step('chromium', 'installing', async (update) => ensureChromium(update))
}

/**
 * @param {string} title
 * @param {string[]} projects
 * @param {string[]} filters
 * @returns {Promise<Results>}
 */
async function runPhase(title, projects, filters) {
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'heliograph-results-'))
  const file = path.join(directory, 'results.json')
  const args = [
    inProject('node_modules/vitest/vitest.mjs'),
    'run',
    '--passWithNoTests',
    ...projects.flatMap((project) => ['--project', project]),
    '--reporter=default',
    `--reporter=${inProject('tests/support/results-reporter.ts')}`,
    ...filters,
  ]
  const env = { ...process.env, ...quietTools, HELIOGRAPH_TEST_RESULTS: file }
  const child = spawn(process.execPath, args, {
    cwd: projectRoot,
    env,
    stdio: ['ignore', 'inherit', 'inherit'],
  })
  const [code] = await once(child, 'exit')
  /** @type {Results} */
  const results = fs.existsSync(file)
    ? JSON.parse(fs.readFileSync(file, 'utf8'))
    : { passed: 0, failures: [] }
  fs.rmSync(directory, { recursive: true, force: true })
  // Whatever made vitest fail without a failed test is a failure too.
  if (code !== 0 && results.failures.length === 0)
    results.failures.push(`${title}: vitest ended with code ${code}`)
  return results
}
