import { createHash } from 'node:crypto'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** @typedef {import('./case.mjs').Case} Case */

const folder = new URL('../corpus/', import.meta.url)

/** Every kept attack, by file name. */
export function readCorpus() {
  return readdirSync(folder)
    .filter((file) => file.endsWith('.json'))
    .sort()
    .map((file) => ({ file, attack: readCase(new URL(file, folder)) }))
}

/**
 * @param {string | URL} file
 * @returns {Case}
 */
export function readCase(file) {
  return JSON.parse(readFileSync(file, 'utf8'))
}

/**
 * Keeps an attack that found something; returns its file.
 * @param {Case} attack
 */
export function keep(attack) {
  const hash = createHash('sha1').update(JSON.stringify(attack.actors)).digest('hex').slice(0, 8)
  const file = new URL(`${attack.name}-${hash}.json`, folder)
  writeFileSync(file, formatCase(attack))
  return fileURLToPath(file)
}

/**
 * One step a line: a diff shows what changed.
 * @param {Case} attack
 */
export function formatCase({ name, about, actors }) {
  const actorLines = actors.map(({ steps, ...actor }) => {
    const head = JSON.stringify(actor).slice(0, -1)
    return `  ${head},"steps":[\n${steps.map((step) => `    ${JSON.stringify(step)}`).join(',\n')}\n  ]}`
  })
  const aboutLine = about === undefined ? '' : `"about":${JSON.stringify(about)},\n`
  return `{"name":${JSON.stringify(name)},\n${aboutLine}"actors":[\n${actorLines.join(',\n')}\n]}\n`
}
