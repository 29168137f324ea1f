#!/usr/bin/env node
// `npm run backup [-- --to FILE|DIR]`: writes the whole embedded database into one file, while it runs.
import { nodeVersionProblem } from './foundation/node-version.mjs'

const problem = nodeVersionProblem(process.versions.node)
if (problem) {
  console.error(problem)
  process.exitCode = 1
} else {
  import('./backup/backup-command.mjs').then(({ runBackup }) => runBackup(process.argv.slice(2)))
}
