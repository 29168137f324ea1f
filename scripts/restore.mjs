#!/usr/bin/env node
// `npm run restore -- FILE [--replace]`: makes a data directory from a backup.
import { nodeVersionProblem } from './foundation/node-version.mjs'

const problem = nodeVersionProblem(process.versions.node)
if (problem) {
  console.error(problem)
  process.exitCode = 1
} else {
  import('./backup/restore-command.mjs').then(({ runRestore }) => runRestore(process.argv.slice(2)))
}
