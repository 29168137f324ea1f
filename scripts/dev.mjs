#!/usr/bin/env node
// `npm run dev`: everything from source. Packages and the api are compiled as they change, the api is started again,
// and the pages reload in the browser.
import { nodeVersionProblem } from './foundation/node-version.mjs'

const problem = nodeVersionProblem(process.versions.node)
if (problem) {
  console.error(problem)
  process.exitCode = 1
} else {
  import('./development/development.mjs').then(({ runDevelopment }) => runDevelopment())
}
