#!/usr/bin/env node
// `npm run backup [-- --to FILE|DIR]`: everything that the embedded database holds, in one file, while it runs.
import { nodeVersionProblem } from './foundation/node-version.mjs'

const problem = nodeVersionProblem(process.versions.node)
if (problem) {
  console.error(problem)
  process.exitCode = 1
} else {
  import('./backup/backup-command.mjs').then(({ runBackup }) => runBackup(process.argv.slice(2)))
}
