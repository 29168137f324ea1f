import { format, markdownTable, medianOf } from '../report.mjs'
import { toldText } from './told.mjs'

/** How many times its p99 before a measure of the bystander may take. */
const mostTimes = 2

/** A p99 below this passes, whatever it was before: a few milliseconds are noise. */
export const floorsMs = { puback: 20, page: 20, rest: 50, connect: 50, signIn: 400 }

const names = { puback: 'PUBACK', page: 'page', rest: 'REST', connect: 'connect', signIn: 'sign-in' }

/** One row for each scenario, with medians of its runs. */
export function siegeTable(runs, { seconds, memory }) {
  const head = [
    'attack',
    ...Object.values(names),
    'worst ratio',
    `api MiB, before → most (${memory} allowed)`,
    'PostgreSQL MiB',
    'others’ CPU %',
    'ready again after s',
    'the attacker was told',
    'afterwards',
  ]
  const title = `### One attacker for ${seconds} s: p99 in ms of another organization, before → during → after`
  return `${title}\n\n${markdownTable(head, [...runs.values()].map(row))}\n`
}

function row(results) {
  const last = results.at(-1)
  return [
    last.title,
    ...Object.keys(names).map((measure) =>
      ['before', 'during', 'after'].map((phase) => format(p99Of(results, phase, measure))).join(' → '),
    ),
    format(Math.max(...Object.keys(names).map((measure) => ratioOf(results, measure))), 1),
    `${format(medianOf(results, 'memory.idleMib'))} → ${format(largest(results, 'apiMib'))}`,
    format(largest(results, 'databaseMib')),
    format(medianOf(results, 'others', 100)),
    last.recoveredMs === undefined ? 'never' : format(last.recoveredMs / 1_000, 1),
    toldText(last.told),
    last.finding?.note ?? '–',
  ]
}

/** What was not kept to, in words. */
export function problemsOf(results, { memoryMib }) {
  const problems = Object.keys(names).flatMap((measure) => problemsOfMeasure(results, measure))
  const most = largest(results, 'apiMib')
  if (most > memoryMib) problems.push(`the api took ${format(most)} MiB`)
  if (results.some(({ recoveredMs }) => recoveredMs === undefined))
    problems.push('the platform did not answer afterwards')
  for (const { finding } of results) if (finding?.problem) problems.push(finding.note)
  return problems
}

function problemsOfMeasure(results, measure) {
  const during = p99Of(results, 'during', measure)
  const ratio = ratioOf(results, measure)
  const problems = []
  if (ratio > mostTimes && during > floorsMs[measure])
    problems.push(`${names[measure]} took ${format(during)} ms, ${format(ratio, 1)} times as long`)
  const refused = medianOf(results, `during.${measure}.failures`)
  if (refused > 0) problems.push(`${names[measure]} was refused ${format(refused)} times`)
  return problems
}

function ratioOf(results, measure) {
  return p99Of(results, 'during', measure) / p99Of(results, 'before', measure)
}

function p99Of(results, phase, measure) {
  return medianOf(results, `${phase}.${measure}.p99`)
}

function largest(results, name) {
  return Math.max(...results.map(({ memory }) => memory[name]))
}
