import { problemOf } from './load.mjs'

/** Columns for each kind of run: title, path in the load generator's report, factor, digits, compared or not. */
export const columns = {
  load: [
    ['delivered/s', 'delivered_per_s', 1, 0, true],
    ['server CPU-s/M', 'server.cpu_s_per_M_deliveries', 1, 2, true],
    ['p99 ms', 'latency.p99_us', 1e-3, 2, false],
    ['RSS max MB', 'server.rss_max_kb', 1 / 1024, 0, false],
    ['tool CPU %', 'self_cpu_share', 100, 0, false],
    ['others’ CPU %', 'other_cpu_share', 100, 0, false],
  ],
  latency: [
    ['p50 µs', 'latency.p50_us', 1, 0, true],
    ['p99 µs', 'latency.p99_us', 1, 0, true],
    ['server CPU-s/M', 'server.cpu_s_per_M_deliveries', 1, 2, true],
    ['others’ CPU %', 'other_cpu_share', 100, 0, false],
  ],
  connect: [
    ['connects/s', 'connects_per_s', 1, 0, true],
    ['CPU ms/connect', 'server.cpu_ms_per_connect', 1, 3, true],
    ['RSS kB/conn', 'server.rss_kb_per_conn', 1, 1, true],
    ['others’ CPU %', 'other_cpu_share', 100, 0, false],
  ],
}

/** A Markdown table of the medians of several runs, with ratios to a baseline. */
export function table(title, kind, runsByTarget, baseline) {
  const shown = columns[kind]
  const medians = new Map(
    [...runsByTarget].map(([name, runs]) => [
      name,
      shown.map(([, where, factor]) => medianOf(runs, where, factor)),
    ]),
  )
  const head = ['target', ...shown.flatMap(([name, , , , compared]) => (compared ? [name, 'ratio'] : [name]))]
  const base = isSound(runsByTarget.get(baseline) ?? []) ? medians.get(baseline) : undefined
  const rows = [...medians].map(([name, values]) => [
    isSound(runsByTarget.get(name)) ? name : `${name} †`,
    ...values.flatMap((value, index) => {
      const [, , , digits, compared] = shown[index]
      const ratio = ratioText(value, base?.[index])
      return compared ? [format(value, digits), ratio] : [format(value, digits)]
    }),
  ])
  return `### ${title}\n\n${markdownTable(head, rows)}\n`
}

/** Whether all runs are without problems: a rate at which messages are lost cannot be compared. */
export function isSound(runs) {
  return runs.every((run) => problemOf(run) === '')
}

/** The first column to the left, figures to the right. */
export function markdownTable(head, rows) {
  const line = (cells) => `| ${cells.join(' | ')} |`
  return [line(head), line(head.map((_, index) => (index ? '---:' : '---'))), ...rows.map(line)].join('\n')
}

/** The median of the value at a path (`a.b`) of several reports. */
export function medianOf(runs, where, factor = 1) {
  const values = runs
    .map((run) => where.split('.').reduce((at, key) => at?.[key], run))
    .filter((value) => typeof value === 'number')
    .sort((a, b) => a - b)
  if (values.length === 0) return undefined
  const middle = values.length >> 1
  return factor * (values.length % 2 ? values[middle] : (values[middle - 1] + values[middle]) / 2)
}

export function ratioText(value, base) {
  return value !== undefined && base ? (value / base).toFixed(2) : '–'
}

export function format(value, digits = 0) {
  return value === undefined || !Number.isFinite(value)
    ? '–'
    : value.toLocaleString('en-US', { maximumFractionDigits: digits, minimumFractionDigits: digits })
}
