import { inProject } from '../foundation/paths.mjs'
import { runCommand } from '../process/run-command.mjs'
import { markdownTable } from './markdown-table.mjs'

/**
 * @typedef {object} Limit
 * @property {number | null} default null: none
 * @property {string} unit
 * @property {string} per
 * @property {string} text
 * @property {string} past
 */

/** @typedef {{ area: string, title: string, variable: string, stated: Record<string, Limit> }} Area */

/** Makes docs/limits.md from the limits that the code states. The build has to be current. */
export async function makeLimitsPage() {
  const { ok, lines, stdout } = await runCommand(process.execPath, [inProject('apps/api/dist/limits.js')])
  if (!ok) throw new Error(`apps/api/dist/limits.js failed:\n${lines.join('\n')}`)
  /** @type {Area[]} */
  const areas = JSON.parse(stdout)
  return `# Limits

Written by \`npm run generate\` from the code, where each limit is stated beside what it bounds; change that, not this file.

Whatever one address, device, person or organization does, the others keep their share. So everything that a caller can make
the platform hold or do has a limit, most of them at several levels. The variables \`MQTT_LIMITS\` and \`LIMITS\` set
limits by their names, separated by commas: \`LIMITS=http.connections=2000,ingest.deviceShare=0.1\`. \`Infinity\` turns
one off. [Metrics](metrics.md) say how much of them is used.

${areas.map(section).join('\n\n')}
`
}

/** @param {Area} area */
function section({ title, variable, area, stated }) {
  const prefix = variable === 'LIMITS' ? `${area}.` : ''
  const rows = Object.entries(stated).map(([name, limit]) => [
    `\`${prefix}${name}\``,
    limit.text,
    limit.per,
    valueText(limit),
    limit.past,
  ])
  const table = markdownTable([['limit', 'what is bounded', 'of each', 'default', 'past it'], ...rows])
  return `## ${title}\n\nSet in \`${variable}\`.\n\n${table}`
}

/** @param {Limit} limit */
function valueText({ default: value, unit }) {
  if (value === null) return 'none'
  if (unit === 'bytes') return scaled(value, 1024, ['B', 'KiB', 'MiB', 'GiB'])
  if (unit === 'ms') return timeText(value)
  if (unit === 'share') return `${value * 100} %`
  return `${value.toLocaleString('en')}${unit === 'days' ? ' days' : ''}`
}

/** @param {number} value @param {number} step @param {string[]} units */
function scaled(value, step, units) {
  const [unit = '', ...larger] = units
  if (larger.length === 0 || value % step !== 0) return `${value.toLocaleString('en')} ${unit}`
  return scaled(value / step, step, larger)
}

/** @param {number} ms */
function timeText(ms) {
  /** @type {[number, string][]} */
  const units = [
    [86_400_000, 'days'],
    [3_600_000, 'h'],
    [60_000, 'min'],
    [1_000, 's'],
  ]
  const [size, unit] = units.find(([one]) => ms % one === 0 && ms > one) ?? [1, 'ms']
  return `${(ms / size).toLocaleString('en')} ${unit}`
}
