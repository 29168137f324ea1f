#!/usr/bin/env node
// `npm run coverage [-- PATH|NAME]`: runs the tests, says how much of the source ran, and writes coverage/index.html.
// There is no threshold: the report shows where tests are missing.
import { installDependencies } from './build/prepare.mjs'

await installDependencies()
const { runCoverage } = await import('./testing/coverage.mjs')
await runCoverage(process.argv.slice(2))
