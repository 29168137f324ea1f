#!/usr/bin/env node
// `npm start`: installs, builds, migrates and runs everything. Nothing is imported before Node's version is known.
import { nodeVersionProblem } from './foundation/node-version.mjs'

const problem = nodeVersionProblem(process.versions.node)
if (problem) {
  console.error(problem)
  process.exitCode = 1
} else {
  import('./instance/supervisor.mjs').then(({ runPlatform }) => runPlatform())
}
