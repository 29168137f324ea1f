import { format, isSound, markdownTable, medianOf } from './report.mjs'
import { scenarios } from './scenarios.mjs'

/**
 * What we hold ourselves to beside what was measured: of each scenario what was sent, if that is not the same for all,
 * and its runs by target. `kind` says which of the wanted ratios counts: `alone` or `platform`.
 *
 * @param {{ scenario: string, sent?: string, runs: Map<string, object[]> }[]} results
 */
export function wantedTable(results, ours, kind) {
  const rows = results.flatMap(({ scenario, sent, runs }) => {
    const { title, wanted } = scenarios[scenario]
    const name = sent === undefined ? title : `${title}, ${sent}`
    return (wanted ?? []).map((ratio) => row(name, runs, ours, ratio, ratio[kind]))
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
