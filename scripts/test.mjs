#!/usr/bin/env node
// `npm test`: installs and builds what is missing, then runs all tests. `npm test -- WORD` runs those in files whose path
// contains WORD, or else those whose name does. The last line is `N passed, N failed`.
import { nodeVersionProblem } from './foundation/node-version.mjs'

const problem = nodeVersionProblem(process.versions.node)
if (problem) {
  console.error(problem)
  process.exitCode = 1
} else {
  import('./testing/run-tests.mjs').then(({ runTests }) => runTests(process.argv.slice(2)))
}
