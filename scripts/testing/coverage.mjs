import fs from 'node:fs'
import path from 'node:path'
import istanbulCoverage from 'istanbul-lib-coverage'
import istanbulReport from 'istanbul-lib-report'
import istanbulReports from 'istanbul-reports'
import { inProject, projectRoot } from '../foundation/paths.mjs'
import { say } from '../foundation/progress.mjs'
import { readProcessCoverage } from './process-coverage.mjs'
import { runTests } from './run-tests.mjs'

const directory = inProject('coverage')
const processes = path.join(directory, 'processes')

/**
 * Runs the tests and reports which lines of the source ran: in the tests' own processes as vitest counts them, and in
 * the processes that whole-system tests start (api, scripts) as Node counts them. Browsers are not counted.
 * @param {string[]} words as for `npm test`
 */
export async function runCoverage(words) {
  fs.rmSync(directory, { recursive: true, force: true })
  fs.mkdirSync(processes, { recursive: true })
  await runTests(words, {
    env: { HELIOGRAPH_COVERAGE: processes },
    argsOf: (phase) => [
      '--coverage.enabled',
      '--coverage.provider=v8',
      '--coverage.reporter=json',
      `--coverage.reportsDirectory=${path.join(directory, phase)}`,
      '--coverage.reportOnFailure',
      ...['packages/*/src/**/*.{ts,tsx}', 'apps/*/src/**/*.{ts,tsx}', 'scripts/**/*.mjs'].map(
        (pattern) => `--coverage.include=${pattern}`,
      ),
      ...['**/*.spec.*', '**/*.spec-d.ts', '**/testing/**', '**/generated/**', '**/*.d.ts'].map(
        (pattern) => `--coverage.exclude=${pattern}`,
      ),
    ],
    finish: report,
  })
}

async function report() {
  const coverageMap = istanbulCoverage.createCoverageMap(await readProcessCoverage(processes))
  fs.rmSync(processes, { recursive: true, force: true })
  for (const phase of fs.readdirSync(directory)) {
    const file = path.join(directory, phase, 'coverage-final.json')
    if (fs.existsSync(file)) coverageMap.merge(JSON.parse(fs.readFileSync(file, 'utf8')))
  }
  const context = istanbulReport.createContext({ dir: directory, coverageMap })
  istanbulReports.create('html').execute(context)
  istanbulReports.create('lcovonly').execute(context)
  say(`\n${summary(coverageMap)}\n\nEach line: ${path.join(directory, 'index.html')}`)
}

/**
 * A table with a row for each workspace.
 * @param {istanbulCoverage.CoverageMap} coverageMap
 */
function summary(coverageMap) {
  /** @type {Map<string, istanbulCoverage.CoverageSummary>} */
  const rows = new Map()
  for (const file of coverageMap.files()) {
    const parts = path.relative(projectRoot, file).split(path.sep)
    const name = parts.slice(0, parts[0] === 'scripts' ? 1 : 2).join('/')
    const row = rows.get(name) ?? istanbulCoverage.createCoverageSummary()
    row.merge(coverageMap.fileCoverageFor(file).toSummary())
    rows.set(name, row)
  }
  const percent = (/** @type {istanbulCoverage.Totals} */ { pct }) => `${pct} %`.padStart(9)
  const lines = [...rows]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(
      ([name, row]) =>
        `${name.padEnd(22)}${percent(row.lines)}${percent(row.functions)}${percent(row.branches)}`,
    )
  return ['coverage                  lines functions branches', ...lines].join('\n')
}
