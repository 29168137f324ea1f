/**
 * @typedef {import('./declarations.mjs').Declaration} Declaration
 * @typedef {import('../statements.js').Statement} Statement
 */

/**
 * What is wrong with the suite: statements that concern servers without a test or a reason, tests of unknown
 * statements, reasons for statements that are tested. Empty when all is well.
 * @param {Record<string, Statement>} statements
 * @param {Declaration[]} declarations
 * @returns {string[]}
 */
export function coverageProblems(statements, declarations) {
  const tested = new Set(declarations.flatMap((one) => one.statements))
  const problems = [...tested]
    .filter((id) => !statements[id])
    .map((id) => `${id} is no statement of MQTT 3.1.1`)
  for (const [id, { concerns, untested }] of Object.entries(statements)) {
    if (concerns === 'client') continue
    if (!tested.has(id) && !untested) problems.push(`${id} has neither a test nor a reason`)
    if (tested.has(id) && untested) problems.push(`${id} has a test and a reason for having none`)
  }
  for (const { title } of repeated(declarations)) problems.push(`two tests are called «${title}»`)
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
