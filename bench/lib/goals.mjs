import { format, isSound, markdownTable, medianOf } from './report.mjs'
import { scenarios } from './scenarios.mjs'

/**
 * A table of goals beside measured ratios. Each scenario has its runs by target, what was sent where that differs, and
 * `goal`, a ratio that replaces the scenario's own. `kind` names the goal that counts: `alone` or `platform`.
 *
 * @param {{ scenario: string, sent?: string, goal?: number, runs: Map<string, object[]> }[]} results
 */
export function goalsTable(results, ours, kind) {
  const rows = results.flatMap(({ scenario, sent, goal, runs }) => {
    const { title, goals } = scenarios[scenario]
    const name = sent === undefined ? title : `${title}, ${sent}`
    return (goals ?? []).map((ratio) => row(name, runs, ours, ratio, goal ?? ratio[kind]))
  })
  const head = ['scenario', 'mosquitto', ours, 'ratio', 'goal', 'reached']
  return `### Ratios to mosquitto: goals and results\n\n${markdownTable(head, rows)}\n`
}

function row(title, runs, ours, { where, what, lessIsBetter }, bound) {
  const [theirs, own] = ['mosquitto', ours].map((target) => medianOf(runs.get(target) ?? [], where))
  const sound = ['mosquitto', ours].every((target) => isSound(runs.get(target) ?? []))
  const ratio = sound ? own / theirs : Number.NaN
  const reached = lessIsBetter ? ratio <= bound : ratio >= bound
  const digits = own < 100 ? 2 : 0
  return [
    `${title}: ${what}`,
    format(theirs, digits),
    format(own, digits),
    format(ratio, 2),
    `${lessIsBetter ? '≤' : '≥'} ${bound}`,
    Number.isNaN(ratio) ? '–' : reached ? 'yes' : 'no',
  ]
}
