import { buildLoadGenerator, problemOf, runLoad } from '../lib/load.mjs'
import { table } from '../lib/report.mjs'
import { OwnBroker, Peer } from '../lib/servers.mjs'

/** The loads: which columns they are shown in, and the load generator's options. */
const scenarios = {
  'fan-in QoS 0': ['load', '--scenario fanin --pubs 50 --subs 1 --qos 0 --window 1000 --batch 8'],
  'fan-in QoS 1': ['load', '--scenario fanin --pubs 50 --subs 1 --qos 1 --inflight 20'],
  'fan-out QoS 0': [
    'load',
    '--scenario fanout --pubs 1 --subs 200 --qos 0 --window 100 --batch 1 --coalesce 100',
  ],
  'pair QoS 1': ['load', '--scenario pair --pairs 100 --qos 1 --inflight 20'],
  'latency at 2,000/s': ['latency', '--scenario latency --topo pair --pubs 10 --rate 2000 --qos 0'],
  connect: ['connect', '--scenario connect --conns 2000 --conn-inflight 64 --hold 1'],
}

export const options = {
  rounds: { type: 'string', default: '3' },
  duration: { type: 'string', default: '3' },
  size: { type: 'string', default: '64' },
  transport: { type: 'string', default: 'ws' },
  scenario: { type: 'string', multiple: true },
  'server-cpu': { type: 'string', default: '0' },
  'load-cpu': { type: 'string', default: '1' },
  strict: { type: 'boolean', default: false },
  install: { type: 'boolean', default: false },
}

/**
 * Us beside mosquitto and raw aedes: one round goes A B C, the next A B C again, so that a disturbance
 * of the machine does not fall on one of them alone. Prints medians and ratios to mosquitto.
 */
export async function run(values) {
  const generator = buildLoadGenerator()
  const serverCpu = values['server-cpu']
  const servers = [
    new Peer('mosquitto', serverCpu),
    new Peer('aedes', serverCpu),
    new OwnBroker('heliograph', serverCpu),
    new OwnBroker('heliograph --acl', serverCpu, ['--acl']),
  ]
  if (values.install) for (const server of servers) server.install()
  const names = values.scenario ?? Object.keys(scenarios)
  const unknown = names.filter((name) => !(name in scenarios))
  if (unknown.length > 0)
    throw new Error(`no scenario ${unknown.join(', ')}; there are: ${Object.keys(scenarios).join(', ')}`)

  console.log(
    `${values.rounds} rounds of ${values.duration} s, ${values.size} B, over ${values.transport}; medians, ratios to mosquitto\n`,
  )
  let problems = 0
  try {
    for (const name of names) problems += await runScenario(name, servers, generator, values)
  } finally {
    for (const server of servers) await server.stop()
  }
  if (values.strict && problems > 0) process.exitCode = 1
}

async function runScenario(name, servers, generator, values) {
  const [kind, text] = scenarios[name]
  const timing = kind === 'connect' ? [] : ['--duration', values.duration, '--warmup', '1']
  const options = [
    ...text.split(' '),
    '--size',
    values.size,
    ...timing,
    ...(values.strict ? ['--strict'] : []),
  ]
  const runs = new Map(servers.map((server) => [server.name, []]))
  const problems = new Set()
  for (let round = 0; round < Number(values.rounds); round++) {
    for (const server of servers) {
      if (kind === 'connect') await server.stop()
      const target = await targetOf(server, values.transport)
      const settings = { loadCpu: values['load-cpu'], timeoutMs: (Number(values.duration) + 120) * 1_000 }
      const report = await runLoad(generator, target, options, settings)
      runs.get(server.name).push(report)
      const problem = problemOf(report)
      if (problem !== '') problems.add(`${server.name}: ${problem}`)
    }
  }
  console.log(table(`${name}: \`${text}\``, kind, runs, 'mosquitto'))
  for (const problem of problems) console.log(`- ${problem}`)
  return [...problems].filter((problem) => problem.startsWith('heliograph')).length
}

const running = new WeakMap()

async function targetOf(server, transport) {
  const known = running.get(server)
  const info = known && isAlive(known.pid) ? known : await server.start()
  running.set(server, info)
  return { port: info[transport], transport, pid: info.pid, path: info.path }
}

function isAlive(pid) {
  try {
    process.kill(Number(pid), 0)
    return true
  } catch {
    return false
  }
}
