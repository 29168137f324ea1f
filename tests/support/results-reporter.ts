import fs from 'node:fs'
import type { Reporter, SerializedError, TestModule } from 'vitest/node'

/** The results of a run of vitest, as scripts/testing/run-tests.mjs reads it. */
interface Results {
  passed: number
  /** Each failed test, and the first line of its error. */
  failures: string[]
}

/** Writes the results to the file that HELIOGRAPH_TEST_RESULTS names. */
export default class ResultsReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly SerializedError[]): void {
    const file = process.env.HELIOGRAPH_TEST_RESULTS
    if (!file) return
    const results: Results = { passed: 0, failures: [] }
    const failed = (where: string, errors: readonly SerializedError[]) =>
      // A test may throw an object without a message.
      results.failures.push(`${where}: ${String(errors[0]?.message ?? 'failed').split('\n')[0]}`)

    for (const error of unhandledErrors) failed('outside of a test', [error])
    for (const module of modules) {
      const { relativeModuleId, project } = module
      const place = `${project.name} ${relativeModuleId}`
      // A file that cannot be loaded, or a hook that throws, fails without a failed test.
      for (const error of module.errors()) failed(place, [error])
      for (const suite of module.children.allSuites())
        for (const error of suite.errors()) failed(`${place} > ${suite.fullName}`, [error])
      for (const test of module.children.allTests()) {
        const { state, errors } = test.result()
        if (state === 'passed') results.passed += 1
        if (state === 'failed') failed(`${place} > ${test.fullName}`, errors)
      }
    }
    fs.writeFileSync(file, JSON.stringify(results))
  }
}
