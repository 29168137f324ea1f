import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import ts from 'typescript'

/** @typedef {'mqtt311' | 'mqtt5'} Standard */

/**
 * @typedef {object} Declaration A test as its spec declares it.
 * @property {Record<Standard, string[]>} shown Statements by their standard.
 * @property {string} title
 * @property {string} file
 * @property {('tcp' | 'ws')[]} transports
 */

/**
 * Finds every `conformance(…)` call in the specs of a folder, without running them.
 * @param {string} folder
 * @returns {Declaration[]}
 */
export function collectDeclarations(folder) {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.spec.ts'))
    .sort()
    .flatMap((name) => declarationsIn(path.join(folder, name)))
}

/**
 * @param {string} file
 * @returns {Declaration[]}
 */
function declarationsIn(file) {
  const source = ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.Latest, true)
  /** @type {Declaration[]} */
  const found = []
  for (const statement of source.statements) {
    if (!ts.isExpressionStatement(statement) || !ts.isCallExpression(statement.expression)) continue
    const { expression, arguments: given } = statement.expression
    if (!ts.isIdentifier(expression) || expression.text !== 'conformance') continue
    const [shown, title, , options] = given
    found.push({
      shown: shownBy(shown, file),
      title: literals(title, file).join(''),
      file: path.basename(file),
      transports: transportsOf(options),
    })
  }
  return found
}

/**
 * @param {ts.Expression | undefined} node
 * @param {string} file
 */
function shownBy(node, file) {
  /** @type {Record<Standard, string[]>} */
  const shown = { mqtt311: [], mqtt5: [] }
  if (!node || !ts.isObjectLiteralExpression(node))
    throw new Error(`${file}: conformance() names no standard`)
  for (const property of node.properties) {
    const standard = property.name?.getText()
    if (!ts.isPropertyAssignment(property) || (standard !== 'mqtt311' && standard !== 'mqtt5'))
      throw new Error(`${file}: ${property.getText()} is no standard with its statements`)
    shown[standard] = literals(property.initializer, file)
  }
  return shown
}

/**
 * @param {ts.Expression | undefined} node
 * @param {string} file
 * @returns {string[]}
 */
function literals(node, file) {
  if (node && ts.isStringLiteralLike(node)) return [node.text]
  if (node && ts.isArrayLiteralExpression(node)) return node.elements.flatMap((one) => literals(one, file))
  throw new Error(`${file}: statements and title of conformance() must be plain literals`)
}

/**
 * @param {ts.Expression | undefined} options
 * @returns {('tcp' | 'ws')[]}
 */
function transportsOf(options) {
  if (!options || !ts.isObjectLiteralExpression(options)) return ['tcp', 'ws']
  for (const property of options.properties) {
    if (!ts.isPropertyAssignment(property) || !ts.isStringLiteral(property.initializer)) continue
    if (property.name.getText() !== 'only') continue
    return [property.initializer.text === 'tcp' ? 'tcp' : 'ws']
  }
  return ['tcp', 'ws']
}
