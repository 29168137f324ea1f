import { goalsTable } from '../lib/goals.mjs'
import { LoadGenerator } from '../lib/load.mjs'
import { machineLine } from '../lib/machine.mjs'
import { nodeOptions, parseList, roundOptions } from '../lib/options.mjs'
import { format, isSound, markdownTable, medianOf, ratioText, table } from '../lib/report.mjs'
import { interleave, oursAmong } from '../lib/rounds.mjs'
import { scenarios, scenariosOfSize } from '../lib/scenarios.mjs'
import { installPeers, Mosquitto, NatsServer, OwnBroker, RawAedes } from '../lib/servers.mjs'

export const summary = 'our broker alone beside mosquitto, nats-server and raw aedes'

const transports = ['ws', 'tcp']
const sizes = { '1kB': 1_024, '64kB': 65_536, '1MB': 1_048_576 }

export const options = {
  ...roundOptions,
  transport: { type: 'string', default: 'ws,tcp', about: 'ws, tcp or both' },
  scenario: { type: 'string', default: Object.keys(scenarios).join(','), about: 'some of these' },
  size: {
    type: 'string',
    default: '64',
    about: 'bytes of a payload in these; none, for the larger ones alone: --size ""',
  },
  sizes: {
    type: 'string',
    default: Object.keys(sizes).join(','),
    about: 'the larger payloads; none: --sizes ""',
  },
}

/** Resolves with the number of problems of our servers. */
export async function run(values) {
  if (values.install) installPeers()
  const load = new LoadGenerator(values['load-cpu'])
  const cpu = values['server-cpu']
  const targets = [
    new Mosquitto(cpu),
    new NatsServer(cpu),
    new RawAedes(cpu),
    new OwnBroker('heliograph', cpu, [], nodeOptions(values)),
    new OwnBroker('heliograph --acl', cpu, ['--acl'], nodeOptions(values)),
  ]
  const names = parseList(values.scenario, Object.keys(scenarios), 'scenario')
  const larger = parseList(values.sizes, Object.keys(sizes), 'size')
  const settings = { rounds: Number(values.rounds), maxOther: Number(values['max-other']) }
  console.log(
    `${machineLine()}\n\n${values.rounds} rounds of ${values.duration} s; medians, ratios to mosquitto.\n`,
  )
  let problems = 0
  try {
    await proveRules(load, targets.at(-1))
    for (const transport of parseList(values.transport, transports, 'transport')) {
      const measure = measurer(load, targets, transport, values, settings)
      console.log(`## Over ${transport === 'ws' ? 'WebSocket' : 'TCP'}\n`)
      if (values.size) problems += await smallPayloads(names, measure, values.size)
      if (larger.length > 0) problems += await largerPayloads(larger, names, measure)
    }
  } finally {
    for (const target of targets) await target.stop()
  }
  return problems
}

/** Checks that access rules are on: a topic that nobody may use has to be refused. */
async function proveRules(load, target) {
  const options = ['--scenario', 'pair', '--pairs', '1', '--topic', 'load/nobodys/%d', '--count', '1']
  const report = await load.run(await target.start(), 'ws', options, 60_000)
  if (!report.subscribe_refused)
    throw new Error(`${target.name} has no access rules: it let everybody subscribe`)
}

function measurer(load, targets, transport, values, settings) {
  const timing = ['--duration', values.duration, '--warmup', values.warmup]
  const strict = values.strict ? ['--strict'] : []
  return (text, size) =>
    interleave(targets, settings, async (target) => {
      const options = [...text.split(' '), '--size', String(size), ...timing, ...strict]
      const report = await load.run(await target.start(), transport, options, 180_000)
      // A server that lost a connection or a message may be in any state; the next run starts it afresh.
      if (report.exit !== 0) await target.stop()
      return report
    })
}

async function smallPayloads(names, measure, size) {
  const results = []
  let problems = 0
  for (const name of names) {
    const { title, columns, options: text } = scenarios[name]
    const result = await measure(text, size)
    results.push({ scenario: name, runs: result.runs })
    problems += print(
      table(`${title}, ${size} B: \`${text}\``, columns, result.runs, 'mosquitto'),
      result.problems,
    )
  }
  console.log(goalsTable(results, 'heliograph --acl', 'alone'))
  return problems
}

async function largerPayloads(larger, names, measure) {
  const rows = []
  const problems = []
  for (const size of larger) {
    for (const [name, text] of Object.entries(scenariosOfSize(sizes[size]))) {
      if (!names.includes(name)) continue
      const result = await measure(text, sizes[size])
      problems.push(...result.problems.map((problem) => `${problem} (${scenarios[name].title}, ${size})`))
      rows.push([`${scenarios[name].title}, ${size}`, ...largeRow(result.runs)])
    }
  }
  const head = [
    'delivered/s',
    'mosquitto',
    'nats-server',
    'raw aedes',
    'heliograph',
    '--acl',
    '--acl to mosquitto',
    '--acl to raw aedes',
  ]
  return print(`### Larger payloads\n\n${markdownTable(head, rows)}\n`, problems)
}

/** The rate of each target, marked where messages were lost, and the ratios to those that lost none. */
function largeRow(runs) {
  const results = [...runs.values()].map((reports) => ({
    rate: medianOf(reports, 'delivered_per_s'),
    sound: isSound(reports),
  }))
  const [mosquitto, , aedes, , withRules] = results
  const ratioTo = (base) => ratioText(withRules.rate, base.sound ? base.rate : undefined)
  const rates = results.map(({ rate, sound }) => (sound ? format(rate) : `${format(rate)} †`))
  return [...rates, ratioTo(mosquitto), ratioTo(aedes)]
}

function print(text, problems) {
  console.log(
    [text, ...problems.map((problem) => `- ${problem}`), ...(problems.length > 0 ? [''] : [])].join('\n'),
  )
  return oursAmong(problems)
}
