import { readFileSync } from 'node:fs'

/**
 * Why this version of Node does not fit, if it does not. Old versions of Node can parse this file.
 * @param {string} version such as 20.19.1
 * @param {string} range as in package.json's "engines": comparisons, with || between alternatives
 * @returns {string | undefined}
 */
export function nodeVersionProblem(version, range = supportedRange()) {
  if (satisfies(version, range)) return undefined
  return [
    `Heliograph needs Node ${range.replace('||', 'or')}; this is Node ${version} (${process.execPath}).`,
    '  Install Node 24 (https://nodejs.org, or nvm install 24), then start again.',
  ].join('\n')
}

/**
 * @param {string} version
 * @param {string} range
 */
function satisfies(version, range) {
  return range.split('||').some((alternative) =>
    alternative
      .trim()
      .split(/\s+/)
      .every((comparison) => holds(version, comparison)),
  )
}

/**
 * @param {string} version
 * @param {string} comparison
 */
function holds(version, comparison) {
  const match = /^(>=|<)(.+)$/.exec(comparison)
  if (!match) throw new Error(`package.json: "engines" knows only >= and <, not ${comparison}`)
  const difference = compare(version, match[2] || '')
  return match[1] === '<' ? difference < 0 : difference >= 0
}

/**
 * @param {string} a
 * @param {string} b
 */
function compare(a, b) {
  const left = a.split('.').map(Number)
  const right = b.split('.').map(Number)
  for (let i = 0; i < 3; i++) {
    const difference = (left[i] || 0) - (right[i] || 0)
    if (difference !== 0) return difference
  }
  return 0
}

function supportedRange() {
  return JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')).engines.node
}
