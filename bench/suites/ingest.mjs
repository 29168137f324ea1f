import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { inProject } from '../../scripts/foundation/paths.mjs'
import { keepBusy, watchTail } from '../lib/ingest-tail.mjs'
import { LoadGenerator, problemOf } from '../lib/load.mjs'
import { machineLine } from '../lib/machine.mjs'
import { growthOf, watchMemory } from '../lib/memory.mjs'
import { nodeOptions } from '../lib/options.mjs'
import { payloadOption, valuesPerMessage } from '../lib/payloads.mjs'
import { Platform } from '../lib/platform.mjs'
import { format, markdownTable, medianOf, ratioText } from '../lib/report.mjs'

export const summary =
  'telemetry at QoS 1, acknowledged after the commit, beside a bare script that inserts the same rows and roll-ups'

const devices = 50
const name = 'heliograph api'

export const options = {
  rounds: { type: 'string', default: '2', about: 'how often each has its turn' },
  duration: { type: 'string', default: '30', about: 'seconds of one run' },
  'latency-duration': { type: 'string', default: '20', about: 'seconds of a run at a quarter of the load' },
  'latency-rounds': { type: 'string', default: '1', about: 'how often each of these has its turn' },
  beside: {
    type: 'string',
    default: '',
    about:
      'settings of PostgreSQL, as min_wal_size=80MB,wal_buffers=4MB, of a second platform for these runs',
  },
  inflight: {
    type: 'string',
    default: '40',
    about: 'messages that a device sends ahead of their acknowledgement',
  },
  'server-cpu': {
    type: 'string',
    default: '',
    about: 'processor of the api; none: it shares all with PostgreSQL',
  },
  'load-cpu': { type: 'string', default: '', about: 'processor of the load generator; none: all' },
}

/** Resolves with the number of problems of our servers. */
export async function run(values) {
  const load = new LoadGenerator(values['load-cpu'])
  const platform = await Platform.create({
    name,
    cpu: values['server-cpu'],
    nodeOptions: nodeOptions(values),
  })
  const bench = { load, values, platform, bare: [], ours: [], problems: [] }
  console.log(`${machineLine()}\n\n${values.rounds} rounds of ${values.duration} s; medians.\n`)
  try {
    await platform.accounts.devices(devices)
    for (let round = 0; round < Number(values.rounds); round++) {
      bench.bare.push(await insertBare(bench))
      bench.ours.push(await flood(bench))
    }
    console.log(throughputTable(bench))
    if (Number(values['latency-duration']) > 0) console.log(await latencyTables(bench))
  } finally {
    await platform.dispose()
  }
  for (const problem of bench.problems) console.log(`- ${problem}`)
  return bench.problems.length
}

async function insertBare({ platform, values }) {
  await empty(platform)
  const script = inProject('bench/lib/bare-insert.mjs')
  const { stdout } = await promisify(execFile)(process.execPath, [script, values.duration], {
    env: { ...process.env, DATABASE_URL: platform.databaseUrl },
  })
  return JSON.parse(stdout)
}

/** Publishes as fast as acknowledgements come; then checks in the database that all of it is stored. */
async function flood(bench) {
  const { platform, values } = bench
  await empty(platform)
  const address = await platform.start()
  const stopWatching = watchMemory(address.pids[0])
  const options = ['--scenario', 'fanin', '--inflight', values.inflight, '--duration', values.duration]
  const report = await send(bench, [...options, '--warmup', '2'])
  const memory = growthOf(stopWatching())
  await platform.settle()
  const stored = await storedValues(platform)
  const acknowledged = (report.acked ?? 0) * valuesPerMessage
  if (stored < acknowledged) bench.problems.push(`acknowledged ${acknowledged} values, stored ${stored}`)
  if (report.connected !== undefined && !memory.flat) bench.problems.push('memory is not flat')
  return { ...report, stored, memory, values_per_s: (report.acked_per_s ?? 0) * valuesPerMessage }
}

/** Runs at a quarter of the load: on a machine that is idle and one that is not, with each set of settings, in turns. */
async function latencyTables(bench) {
  const { values } = bench
  const rate = Math.floor(medianOf(bench.ours, 'acked_per_s') / 4)
  const beside = values.beside === '' ? [] : [await otherPlatform(bench)]
  const cases = ['idle', 'busy'].flatMap((machine) =>
    [{ ...bench, settings: 'usual' }, ...beside].map((one) => ({ bench: one, machine, runs: [] })),
  )
  try {
    for (let round = 0; round < Number(values['latency-rounds']); round++)
      for (const one of cases) one.runs.push(await latencyRun(one, rate))
  } finally {
    for (const { platform } of beside) await platform.dispose()
  }
  return `### A quarter of that load, ${format(rate)} messages/s: from the device’s due time to the person who watches\n
${arrivalTable(cases)}\n\n### Where these waited: p99 in ms of each step, and what PostgreSQL wrote\n\n${waitingTable(cases)}\n`
}

async function otherPlatform(bench) {
  const { values } = bench
  const postgres = Object.fromEntries(values.beside.split(',').map((setting) => setting.split('=')))
  const platform = await Platform.create({
    name,
    cpu: values['server-cpu'],
    nodeOptions: nodeOptions(values),
    postgres,
  })
  return { ...bench, platform, settings: values.beside.replaceAll(',', ', ') }
}

async function latencyRun({ bench, machine }, rate) {
  const { platform, values } = bench
  await platform.start()
  await empty(platform)
  const options = ['--scenario', 'latency', '--topo', 'fanin', '--rate', String(rate), '--warmup', '2']
  const release = machine === 'busy' ? await keepBusy(platform) : () => undefined
  try {
    const waited = await watchTail(platform)
    const report = await send(bench, [...options, '--duration', values['latency-duration']])
    return { ...report, waited: await waited() }
  } finally {
    release()
    // Two platforms that take turns do not run at the same time.
    if (values.beside !== '') await platform.stop()
  }
}

function arrivalTable(cases) {
  const head = [
    'machine',
    'settings',
    'delivered p50 ms',
    'p99',
    'p99.9',
    'acknowledged p50 ms',
    'p99',
    'p99.9',
  ]
  const rows = cases.map(({ bench, machine, runs }) => [
    machine,
    bench.settings,
    ...['latency', 'ack_latency'].flatMap((what) =>
      ['p50_us', 'p99_us', 'p999_us'].map((part) => format(medianOf(runs, `${what}.${part}`, 1e-3), 1)),
    ),
  ])
  return markdownTable(head, rows)
}

function waitingTable(cases) {
  const shown = [
    ['until checked', 'checked', 1],
    ['until committed', 'committed', 1],
    ['commit alone', 'commit', 1],
    ['until acknowledged', 'acknowledged', 1],
    ['checkpoints', 'checkpoints', 0],
    ['WAL MB', 'walMb', 0],
    ['page images', 'pageImages', 0],
    ['WAL flushes', 'flushes', 0],
    ['new WAL files', 'newSegments', 0],
  ]
  const head = ['machine', 'settings', ...shown.map(([title]) => title)]
  const rows = cases.map(({ bench, machine, runs }) => [
    machine,
    bench.settings,
    ...shown.map(([, key, digits]) => format(medianOf(runs, `waited.${key}`), digits)),
  ])
  return markdownTable(head, rows)
}

/** Fifty devices with their credentials, and one person who sees all of it. */
async function send({ load, platform, problems, values }, options) {
  const people = await platform.accounts.people(0, 1)
  const report = await load.run(
    await platform.start(),
    'ws',
    [
      ...options,
      ...['--qos', '1', '--pubs', String(devices), '--subs', '1'],
      ...['--topic', 'bench/devices/dev-%d/telemetry', ...payloadOption('telemetry')],
      ...['--pub-cred', await platform.accounts.devices(devices), '--sub-cred', people.subscribers],
      ...(values.strict ? ['--strict'] : []),
    ],
    600_000,
  )
  const problem = problemOf(report)
  if (problem !== '') problems.push(`${name}: ${problem}`)
  return report
}

/** Empties the tables, so that each run starts with the same size. */
async function empty(platform) {
  await platform.settle()
  await platform.pool.query('TRUNCATE telemetry.sample, telemetry.minute, telemetry.hour, telemetry.latest')
  await platform.pool.query('CHECKPOINT')
}

async function storedValues(platform) {
  const { rows } = await platform.pool.query('SELECT count(*)::int AS count FROM telemetry.sample')
  return rows[0].count
}

function throughputTable({ bare, ours }) {
  const [floor, own] = [medianOf(bare, 'rows_per_s'), medianOf(ours, 'values_per_s')]
  const [last] = ours.slice(-1)
  const head = [
    '',
    'values/s',
    'of the bare script',
    'p99 ms',
    'api CPU-s/M messages',
    'RSS MB, second and last quarter',
  ]
  const memory = `${format(last.memory.before)} and ${format(last.memory.after)}`
  const p99 = format(medianOf(ours, 'latency.p99_us') / 1_000, 1)
  const cpu = format(medianOf(ours, 'server.cpu_s_per_M_deliveries'), 1)
  const rows = [
    [
      'bare script: rows and roll-ups by UNNEST, two connections, 5,000 rows a commit',
      format(floor),
      '1.00',
      '–',
      '–',
      '–',
    ],
    [
      `platform: ${devices} devices, ${valuesPerMessage} values a message, one watcher`,
      format(own),
      ratioText(own, floor),
      p99,
      cpu,
      memory,
    ],
  ]
  return `### Values stored, QoS 1 over WebSocket, acknowledged after the commit\n\n${markdownTable(head, rows)}\n`
}
