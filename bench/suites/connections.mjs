import { LoadGenerator, problemOf } from '../lib/load.mjs'
import { machineLine } from '../lib/machine.mjs'
import { growthOf, watchMemory } from '../lib/memory.mjs'
import { nodeOptions, parseList } from '../lib/options.mjs'
import { Platform } from '../lib/platform.mjs'
import { format, markdownTable } from '../lib/report.mjs'
import { oursAmong } from '../lib/rounds.mjs'
import { scenarios } from '../lib/scenarios.mjs'
import { installPeers, Mosquitto, NatsServer, OwnBroker, RawAedes } from '../lib/servers.mjs'

export const summary = 'memory of idle WebSocket connections, and how fast clients get in'

/** Flags of Node.js that trade speed for memory. */
const variants = {
  default: [],
  'semi-space': ['--max-semi-space-size=4'],
  size: ['--optimize-for-size', '--max-semi-space-size=4'],
}
const servers = ['peers', 'broker', 'api']

/** Seconds until a heap has reached its size. */
const longHoldSeconds = 120

/** Time from the socket's connect to CONNACK, one client at a time. */
const oneByOne = ['--conns', '500', '--conn-inflight', '1']

export const options = {
  conns: { type: 'string', default: '8000', about: 'connections' },
  inflight: { type: 'string', default: '64', about: 'connects under way at once' },
  hold: { type: 'string', default: '10', about: 'seconds that they are held' },
  server: {
    type: 'string',
    default: servers.join(','),
    about: 'which of these',
  },
  devices: {
    type: 'string',
    about: 'devices that the clients of the api share, to save time; else each has its own',
  },
  flags: {
    type: 'string',
    default: Object.keys(variants).join(','),
    about: 'which of these flags, for ours',
  },
  duration: {
    type: 'string',
    default: '3',
    about: 'seconds of the run that shows what the flags cost; 0: none',
  },
}

/** Resolves with the number of problems of our servers. */
export async function run(values) {
  if (values.install) installPeers()
  const load = new LoadGenerator(values['load-cpu'])
  const cpu = values['server-cpu']
  const flags = parseList(values.flags, Object.keys(variants), 'set of flags')
  const chosen = parseList(values.server, servers, 'server')
  const bench = { load, values, rows: [], problems: [] }
  console.log(`${machineLine()}\n`)
  if (chosen.includes('peers'))
    for (const peer of [new Mosquitto(cpu), new NatsServer(cpu), new RawAedes(cpu)])
      await measure(bench, peer)
  if (chosen.includes('broker'))
    for (const name of flags)
      await measure(bench, new OwnBroker(titleOf('heliograph', name), cpu, [], flagsOf(values, name)))
  if (chosen.includes('api')) await measurePlatform(bench, cpu, flags)
  const head = [
    'server',
    'connects/s',
    'CPU ms/connect',
    'again: connects/s',
    'CPU ms/connect',
    'one alone: p50 ms',
    'RSS kB/connection',
    'of MQTT 5',
    'RSS MB, second quarter',
    'RSS MB, last quarter',
    'flat',
    'pair QoS 1, delivered/s',
    'CPU-s/M',
  ]
  console.log(`### ${values.conns} idle WebSocket connections, held ${values.hold} s\n`)
  console.log(markdownTable(head, bench.rows))
  for (const problem of bench.problems) console.log(`- ${problem}`)
  return oursAmong(bench.problems)
}

/** Runs each variant in a fresh process. */
async function measurePlatform(bench, cpu, flags) {
  const platform = await Platform.create({ name: 'heliograph api', cpu })
  try {
    const conns = Number(bench.values.conns)
    const devices = Math.min(conns, Number(bench.values.devices ?? conns))
    const credentials = await platform.accounts.clients(conns, devices)
    for (const name of flags) {
      await platform.stop()
      platform.name = titleOf('heliograph api', name)
      platform.nodeOptions = flagsOf(bench.values, name)
      await measure(bench, platform, ['--pub-cred', credentials])
    }
  } finally {
    await platform.dispose()
  }
}

async function measure(bench, server, credentials = []) {
  const { load, values, rows, problems } = bench
  try {
    const address = await server.start()
    const stopWatching = watchMemory(address.pids[0])
    const report = await connect(bench, server, [...credentials, '--hold', values.hold])
    const samples = stopWatching().filter(({ seconds }) => seconds >= (report.connect_s ?? 0))
    // The same clients once more: their verification is cached by now.
    const again = await connect(bench, server, [...credentials, '--hold', '0'])
    const alone = await connect(bench, server, [...credentials, '--hold', '0', ...oneByOne])
    await server.stop()
    const ofMqtt5 = await connectByMqtt5(bench, server, credentials)
    const { before, after, flat } = growthOf(samples)
    if (!flat && Number(values.hold) >= longHoldSeconds) problems.push(`${server.name}: memory is not flat`)
    const paired = credentials.length > 0 ? undefined : await pairs(load, server, values)
    rows.push([
      server.name,
      format(report.connects_per_s),
      format(report.server?.cpu_ms_per_connect, 3),
      format(again.connects_per_s),
      format(again.server?.cpu_ms_per_connect, 3),
      format((alone.session_setup?.p50_us ?? Number.NaN) / 1_000, 2),
      format(report.server?.rss_kb_per_conn, 1),
      format(ofMqtt5?.server?.rss_kb_per_conn, 1),
      format(before, 1),
      format(after, 1),
      flat ? 'yes' : 'no',
      format(paired?.delivered_per_s),
      format(paired?.server?.cpu_s_per_M_deliveries, 2),
    ])
  } finally {
    await server.stop()
  }
}

/** One run of connecting clients; later options win. */
async function connect({ load, values, problems }, server, options) {
  const common = [
    '--scenario',
    'connect',
    '--conns',
    values.conns,
    '--conn-inflight',
    values.inflight,
    '--src-range',
    '8',
  ]
  const timeoutMs = (Number(values.hold) + 180) * 1_000
  const report = await load.run(await server.start(), 'ws', [...common, ...options], timeoutMs)
  const problem = problemOf(report)
  if (problem !== '') problems.push(`${server.name}: ${problem}`)
  return report
}

/** The same idle clients in MQTT 5, in a fresh process, whose memory they alone fill. */
async function connectByMqtt5(bench, server, credentials) {
  if (server.speaksMqtt5 === false) return undefined
  const report = await connect(bench, server, [...credentials, '--proto', '5', '--hold', bench.values.hold])
  await server.stop()
  return report
}

/** The cost of the flags: the same process under a load that creates garbage. */
async function pairs(load, server, { duration }) {
  if (Number(duration) === 0) return undefined
  const options = [
    ...scenarios.pair1.options.split(' '),
    '--size',
    '64',
    '--duration',
    duration,
    '--warmup',
    '1',
  ]
  return load.run(await server.start(), 'ws', options, 120_000)
}

function titleOf(name, variant) {
  return variants[variant].length === 0 ? name : `${name} ${variants[variant].join(' ')}`
}

function flagsOf(values, variant) {
  return [...nodeOptions(values), ...variants[variant]]
}
