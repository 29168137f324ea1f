import fs from 'node:fs'
import { inProject } from '../foundation/paths.mjs'
import { UserError } from '../foundation/user-error.mjs'
import { runCommand } from '../process/run-command.mjs'

/** @typedef {{ file: string, projectName: string }} SpecFile */

/**
 * What vitest is to run.
 * @typedef {object} Selection
 * @property {Set<string>} projects names of vitest's projects
 * @property {string[]} args arguments for vitest: parts of paths, or files and a pattern of names
 * @property {boolean} byName whether the names of tests were matched, because no path did
 */

/**
 * The tests that a person asks for: those in files whose path contains one of the words, or, when no path does, those
 * whose own name, or whose group's, contains one.
 * @param {string[]} words
 * @returns {Promise<Selection>}
 * @throws {UserError} when nothing matches
 */
export async function selectTests(words) {
  const byPath = await listSpecFiles(words)
  if (byPath.length > 0) return { projects: projectsOf(byPath), args: words, byName: false }
  const byName = (await listSpecFiles([])).filter(({ file }) => mentions(file, words))
  if (byName.length === 0)
    throw new UserError(
      `No test matches ${words.join(' or ')}.`,
      'Give a part of a file’s path (npm test -- presence) or of a test’s name (npm test -- "kill -9").',
    )
  const files = [...new Set(byName.map(({ file }) => file))]
  const pattern = words.map(escapePattern).join('|')
  return { projects: projectsOf(byName), args: [...files, '--testNamePattern', pattern], byName: true }
}

/**
 * @param {string[]} filters
 * @returns {Promise<SpecFile[]>}
 */
async function listSpecFiles(filters) {
  const args = [inProject('node_modules/vitest/vitest.mjs'), 'list', ...filters, '--filesOnly', '--json']
  const { stdout } = await runCommand(process.execPath, args)
  return JSON.parse(stdout.slice(stdout.indexOf('[')) || '[]')
}

/** @param {SpecFile[]} files */
function projectsOf(files) {
  return new Set(files.map(({ projectName }) => projectName))
}

/**
 * Names are literals in the file, so that its text tells which files to run; vitest then selects in them.
 * @param {string} file
 * @param {string[]} words
 */
function mentions(file, words) {
  const text = fs.readFileSync(file, 'utf8')
  return words.some((word) => text.includes(word))
}

/** @param {string} text */
export function escapePattern(text) {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
}
