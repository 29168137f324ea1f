import { LoadGenerator, problemOf } from '../lib/load.mjs'
import { machineLine } from '../lib/machine.mjs'
import { growthOf, watchMemory } from '../lib/memory.mjs'
import { nodeOptions, parseList } from '../lib/options.mjs'
import { payloadOption } from '../lib/payloads.mjs'
import { Platform } from '../lib/platform.mjs'
import { format, markdownTable } from '../lib/report.mjs'
import { OwnBroker } from '../lib/servers.mjs'

export const summary = 'half load for many minutes: nothing lost, memory flat'

const servers = ['broker', 'api']
const renewTokenEveryMs = 120_000

export const options = {
  minutes: { type: 'string', default: '5', about: 'how long, for each server' },
  server: { type: 'string', default: servers.join(','), about: 'which of these, one after the other' },
  rate: { type: 'string', about: 'messages/s instead of half of what a short flood reaches' },
}

/** Resolves with the number of problems of our servers. */
export async function run(values) {
  const load = new LoadGenerator(values['load-cpu'])
  const chosen = parseList(values.server, servers, 'server')
  const bench = { load, values, rows: [], problems: [] }
  console.log(`${machineLine()}\n`)
  if (chosen.includes('broker')) await soakBroker(bench)
  if (chosen.includes('api')) await soakPlatform(bench)
  const head = [
    'server',
    'load',
    'messages/s',
    'messages',
    'lost',
    'doubled',
    'misordered',
    'p99 ms',
    'RSS MB, second quarter',
    'RSS MB, last quarter',
    'flat',
  ]
  console.log(`### ${values.minutes} minutes at half load\n\n${markdownTable(head, bench.rows)}\n`)
  for (const problem of bench.problems) console.log(`- ${problem}`)
  return bench.problems.length
}

async function soakBroker(bench) {
  const broker = new OwnBroker(
    'heliograph --acl',
    bench.values['server-cpu'],
    ['--acl'],
    nodeOptions(bench.values),
  )
  try {
    await soak(bench, broker, {
      about: 'pair QoS 1, 100 pairs, 64 B',
      shape: ['--qos', '1', '--size', '64'],
      flood: ['--scenario', 'pair', '--pairs', '100', '--inflight', '20'],
      steady: ['--scenario', 'latency', '--topo', 'pair', '--pubs', '100'],
    })
  } finally {
    await broker.stop()
  }
}

async function soakPlatform(bench) {
  const platform = await Platform.create({
    name: 'heliograph api',
    cpu: bench.values['server-cpu'],
    nodeOptions: nodeOptions(bench.values),
  })
  let renewal
  try {
    const credentials = await platform.accounts.devices(50)
    const watcher = await platform.accounts.watcher()
    // Tokens expire after minutes, so long connections renew them, as the pages do.
    renewal = setInterval(() => platform.accounts.token(watcher.clientId), renewTokenEveryMs)
    await soak(bench, platform, {
      about: 'telemetry QoS 1, 50 devices, stored',
      shape: [
        ...[
          '--qos',
          '1',
          '--pubs',
          '50',
          '--topic',
          'bench/devices/dev-%d/telemetry',
          ...payloadOption('telemetry'),
        ],
        ...['--pub-cred', credentials, '--sub-cred', watcher.file],
      ],
      flood: ['--scenario', 'fanin', '--inflight', '40'],
      steady: ['--scenario', 'latency', '--topo', 'fanin'],
    })
  } finally {
    clearInterval(renewal)
    await platform.dispose()
  }
}

async function soak({ load, values, rows, problems }, server, { about, shape, flood, steady }) {
  const address = await server.start()
  const rate = values.rate ?? (await halfOf(load, address, [...flood, ...shape]))
  await server.settle?.()
  const seconds = Number(values.minutes) * 60
  const stopWatching = watchMemory(address.pids[0], 5_000)
  const options = [
    ...steady,
    ...shape,
    '--rate',
    String(rate),
    '--duration',
    String(seconds),
    '--warmup',
    '2',
  ]
  const strict = values.strict ? ['--strict'] : []
  const report = await load.run(address, 'ws', [...options, ...strict], (seconds + 180) * 1_000)
  const { before, after, flat } = growthOf(stopWatching())
  const problem = problemOf(report)
  if (problem !== '') problems.push(`${server.name}: ${problem}`)
  if (!flat) problems.push(`${server.name}: memory is not flat`)
  const counts = [rate, report.published, report.lost, report.duplicated, report.out_of_order]
  rows.push([
    server.name,
    about,
    ...counts.map((count) => format(Number(count))),
    format(report.latency?.p99_us / 1_000, 1),
    format(before, 1),
    format(after, 1),
    flat ? 'yes' : 'no',
  ])
}

async function halfOf(load, address, options) {
  const report = await load.run(address, 'ws', [...options, '--duration', '8', '--warmup', '2'], 120_000)
  const problem = problemOf(report)
  if (problem !== '') throw new Error(`the flood that finds the rate failed: ${problem}`)
  return Math.floor(report.delivered_per_s / 2)
}
