import { format, isSound, markdownTable, medianOf } from './report.mjs'
import { scenarios } from './scenarios.mjs'

/**
 * The ratios that we want beside those that were measured. A result has its runs by target; `sent` names the payload where
 * a scenario has several, and `wanted` a ratio that replaces the scenario's. `kind` says which of the scenario's ratios
 * counts: `alone` or `platform`.
 *
 * @param {{ scenario: string, sent?: string, wanted?: number, runs: Map<string, object[]> }[]} results
 */
export function wantedTable(results, ours, kind) {
  const rows = results.flatMap(({ scenario, sent, wanted: ownRatio, runs }) => {
    const { title, wanted } = scenarios[scenario]
    const name = sent === undefined ? title : `${title}, ${sent}`
    return (wanted ?? []).map((ratio) => row(name, runs, ours, ratio, ownRatio ?? ratio[kind]))
  })
  const head = ['scenario', 'mosquitto', ours, 'ratio', 'wanted', 'reached']
  return `### Ratios to mosquitto: wanted and reached\n\n${markdownTable(head, rows)}\n`
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
