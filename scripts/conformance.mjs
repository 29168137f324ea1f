#!/usr/bin/env node
// Writes packages/broker/CONFORMANCE.md from the declarations of the conformance suite; --check only compares.
import { readFileSync, writeFileSync } from 'node:fs'
import { coverageProblems } from '../packages/broker/conformance/report/coverage.mjs'
import { collectDeclarations } from '../packages/broker/conformance/report/declarations.mjs'
import { conformanceReport } from '../packages/broker/conformance/report/markdown.mjs'
import { standards } from '../packages/broker/conformance/statements/standards.mjs'
import { inProject } from './foundation/paths.mjs'

const suite = inProject('packages', 'broker', 'conformance')
const file = inProject('packages', 'broker', 'CONFORMANCE.md')

const declarations = collectDeclarations(suite)
const problems = coverageProblems(standards, declarations)
const report = conformanceReport(standards, declarations)

if (process.argv.includes('--check')) {
  if (read(file) !== report) problems.push('CONFORMANCE.md is out of date: run node scripts/conformance.mjs')
} else {
  writeFileSync(file, report)
}
for (const problem of problems) console.error(`conformance: ${problem}`)
process.exitCode = problems.length > 0 ? 1 : 0

/** @param {string} path */
function read(path) {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}
