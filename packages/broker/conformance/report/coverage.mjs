/**
 * @typedef {import('./declarations.mjs').Declaration} Declaration
 * @typedef {import('./declarations.mjs').Standard} Standard
 * @typedef {import('../statements/statement.mjs').Statement} Statement
 */

import { standardNames } from '../statements/standards.mjs'

/**
 * What is wrong with the suite: statements that concern servers without a test or a reason, tests of unknown
 * statements, reasons for statements that are tested. Empty when all is well.
 * @param {Record<Standard, Record<string, Statement>>} standards
 * @param {Declaration[]} declarations
 * @returns {string[]}
 */
export function coverageProblems(standards, declarations) {
  const problems = [
    ...problemsOf('mqtt311', standards.mqtt311, declarations),
    ...problemsOf('mqtt5', standards.mqtt5, declarations),
  ]
  for (const { title } of repeated(declarations)) problems.push(`two tests are called «${title}»`)
  return problems
}

/**
 * @param {Standard} standard
 * @param {Record<string, Statement>} statements
 * @param {Declaration[]} declarations
 */
function problemsOf(standard, statements, declarations) {
  const name = standardNames[standard]
  const tested = new Set(declarations.flatMap((one) => one.shown[standard]))
  const problems = [...tested].filter((id) => !statements[id]).map((id) => `${id} is no statement of ${name}`)
  for (const [id, { concerns, untested }] of Object.entries(statements)) {
    if (concerns === 'client') continue
    if (!tested.has(id) && !untested) problems.push(`${id} of ${name} has neither a test nor a reason`)
    if (tested.has(id) && untested) problems.push(`${id} of ${name} has a test and a reason for having none`)
  }
  return problems
}

/**
 * @param {Declaration[]} declarations
 * @returns {Declaration[]}
 */
function repeated(declarations) {
  const titles = new Set()
  return declarations.filter(({ title, file }) => {
    const key = `${file} ${title}`
    if (titles.has(key)) return true
    titles.add(key)
    return false
  })
}
