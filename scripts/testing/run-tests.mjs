import { spawn } from 'node:child_process'
import { once } from 'node:events'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { installAndBuild } from '../build/prepare.mjs'
import { inProject, projectRoot } from '../foundation/paths.mjs'
import { say, step } from '../foundation/progress.mjs'
import { describeError } from '../foundation/user-error.mjs'
import { quietTools } from '../process/run-command.mjs'
import { selectTests } from './select-tests.mjs'

/** The projects of vitest.config.ts; the phase that is quickest to fail comes first. */
const phases = [
  { title: 'unit', projects: ['unit', 'web', 'api'] },
  { title: 'conformance', projects: ['conformance'] },
  { title: 'integration', projects: ['integration'] },
  { title: 'browser', projects: ['browser'] },
]

/**
 * @typedef {object} Results
 * @property {number} passed
 * @property {string[]} failures each failed test, and why it failed
 */

/**
 * What a run does beside the tests: `argsOf` gives further arguments for vitest in each phase, `finish` is called
 * after the last phase.
 * @typedef {{ env: NodeJS.ProcessEnv, argsOf: (phase: string) => string[], finish: () => Promise<void> }} Observer
 */

/** @type {Observer} */
const noObserver = { env: {}, argsOf: () => [], finish: async () => {} }

/**
 * Runs all tests, or those that the words select, and ends the process. The last line is `N passed, N failed`.
 * @param {string[]} words parts of paths or of names of tests
 * @param {Observer} [observer]
 */
export async function runTests(words, observer = noObserver) {
  /** @type {Results} */
  const total = { passed: 0, failures: [] }
  try {
    await installAndBuild()
    const selection = words.length > 0 ? await selectTests(words) : undefined
    if (selection?.byName) say('No path contains this; running the tests whose names do.')
    const selected = phases
      .map(({ title, projects }) => ({
        title,
        projects: projects.filter((project) => selection?.projects.has(project) ?? true),
      }))
      .filter(({ projects }) => projects.length > 0)
    if (selected.some(({ title }) => title === 'browser')) process.env.CHROMIUM_PATH = await ensureChromium()
    for (const { title, projects } of selected) {
      say(`\n${title}`)
      const { passed, failures } = await runPhase(title, projects, selection?.args ?? [], observer)
      total.passed += passed
      total.failures.push(...failures)
    }
    if (total.passed + total.failures.length === 0)
      total.failures.push(`no test matches ${words.join(' or ')}`)
    await observer.finish()
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

async function ensureChromium() {
  const { installChromium, findChromium } = await import('./chromium.mjs')
  return findChromium() ?? step('chromium', 'installing', async (update) => installChromium(update))
}

/**
 * @param {string} title
 * @param {string[]} projects
 * @param {string[]} selection
 * @param {Observer} observer
 * @returns {Promise<Results>}
 */
async function runPhase(title, projects, selection, observer) {
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'heliograph-results-'))
  const file = path.join(directory, 'results.json')
  const args = [
    inProject('node_modules/vitest/vitest.mjs'),
    'run',
    '--passWithNoTests',
    ...projects.flatMap((project) => ['--project', project]),
    '--reporter=default',
    `--reporter=${inProject('tests/support/results-reporter.ts')}`,
    ...observer.argsOf(title),
    ...selection,
  ]
  const child = spawn(process.execPath, args, {
    cwd: projectRoot,
    env: { ...process.env, ...quietTools, ...observer.env, HELIOGRAPH_TEST_RESULTS: file },
    stdio: ['ignore', 'inherit', 'inherit'],
  })
  const [code] = await once(child, 'exit')
  const results = readResults(file)
  fs.rmSync(directory, { recursive: true, force: true })
  // Vitest can fail without a failed test, for example when a global set-up throws.
  if (code !== 0 && results.failures.length === 0)
    results.failures.push(`${title}: vitest ended with code ${code}; its message is above`)
  return results
}

/**
 * @param {string} file
 * @returns {Results}
 */
function readResults(file) {
  return fs.existsSync(file) ? JSON.parse(fs.readFileSync(file, 'utf8')) : { passed: 0, failures: [] }
}
