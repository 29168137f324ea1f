import { LoadGenerator } from '../lib/load.mjs'
import { machineLine } from '../lib/machine.mjs'
import { nodeOptions, parseList, roundOptions } from '../lib/options.mjs'
import { format, isSound, markdownTable, medianOf, ratioText } from '../lib/report.mjs'
import { interleave, oursAmong } from '../lib/rounds.mjs'
import { versionScenarios } from '../lib/scenarios.mjs'
import { installPeers, Mosquitto, NatsServer, OwnBroker } from '../lib/servers.mjs'

export const summary = 'MQTT 5 beside 3.1.1 of the same broker, plain and with user properties'

/** What is spoken, and the load generator's options for it. The ratios of a broker are to the first. */
const versions = {
  4: { title: '3.1.1', options: [] },
  5: { title: '5', options: ['--proto', '5'] },
  props3: { title: '5, 3 user properties', options: ['--proto', '5', '--user-props', '3'] },
}
const figures = [
  { where: 'delivered_per_s', title: 'delivered/s', digits: 0 },
  { where: 'server.cpu_s_per_M_deliveries', title: 'server CPU-s/M', digits: 2 },
]
const transports = ['ws', 'tcp']

export const options = {
  ...roundOptions,
  transport: { type: 'string', default: 'tcp', about: 'ws, tcp or both' },
  version: { type: 'string', default: Object.keys(versions).join(','), about: 'some of these' },
  scenario: { type: 'string', default: Object.keys(versionScenarios).join(','), about: 'some of these' },
  server: {
    type: 'string',
    default: 'mosquitto,nats-server,heliograph,heliograph --acl',
    about: 'some of these',
  },
  size: { type: 'string', default: '64', about: 'bytes of a payload' },
}

/** Resolves with the number of problems of our servers. */
export async function run(values) {
  if (values.install) installPeers()
  const load = new LoadGenerator(values['load-cpu'])
  const servers = chosenServers(values)
  const names = parseList(values.version, Object.keys(versions), 'version')
  const targets = servers.flatMap((server) =>
    names
      .filter((name) => name === '4' || server.speaksMqtt5)
      .map((name) => ({ name: targetName(server, name), server, wire: versions[name].options })),
  )
  console.log(
    `${machineLine()}\n\n${values.rounds} rounds of ${values.duration} s, ${values.size} B; medians. ` +
      `A ratio in a row is to ${versions[names[0]].title} of the same broker.\n`,
  )
  let problems = 0
  try {
    for (const transport of parseList(values.transport, transports, 'transport')) {
      console.log(`## Over ${transport === 'ws' ? 'WebSocket' : 'TCP'}\n`)
      for (const name of parseList(values.scenario, Object.keys(versionScenarios), 'scenario')) {
        const { title, options: text } = versionScenarios[name]
        const result = await measure({ load, targets, transport, text, values })
        console.log(`### ${title}: \`${text}\`\n\n${scenarioTable(servers, names, result.runs)}\n`)
        for (const problem of result.problems) console.log(`- ${problem}`)
        if (result.problems.length > 0) console.log()
        problems += oursAmong(result.problems)
      }
    }
  } finally {
    for (const server of servers) await server.stop()
  }
  return problems
}

function chosenServers(values) {
  const cpu = values['server-cpu']
  const all = [
    new Mosquitto(cpu),
    new NatsServer(cpu),
    new OwnBroker('heliograph', cpu, [], nodeOptions(values)),
    new OwnBroker('heliograph --acl', cpu, ['--acl'], nodeOptions(values)),
  ]
  const known = all.map(({ name }) => name)
  const names = parseList(values.server, known, 'server')
  return all.filter(({ name }) => names.includes(name))
}

function measure({ load, targets, transport, text, values }) {
  const timing = ['--duration', values.duration, '--warmup', values.warmup]
  const strict = values.strict ? ['--strict'] : []
  const settings = { rounds: Number(values.rounds), maxOther: Number(values['max-other']) }
  return interleave(targets, settings, async ({ server, wire }) => {
    const options = [...text.split(' '), ...wire, '--size', values.size, ...timing, ...strict]
    const report = await load.run(await server.start(), transport, options, 180_000)
    // A server that lost a connection or a message may be in any state; the next run starts it afresh.
    if (report.exit !== 0) await server.stop()
    return report
  })
}

/** A row for each broker and figure: what each version takes, and its ratio to the first. */
function scenarioTable(servers, names, runs) {
  const [first, ...others] = names.map((name) => versions[name].title)
  const head = ['', first, ...others.flatMap((title) => [title, `${title} : ${first}`])]
  const rows = servers.flatMap((server) => {
    const results = names.map((name) => runs.get(targetName(server, name)) ?? [])
    return figures.map(({ where, title, digits }) => {
      const [base, ...rest] = results.map((reports) => ({
        value: medianOf(reports, where),
        sound: isSound(reports),
      }))
      const shown = ({ value, sound }) => `${format(value, digits)}${sound ? '' : ' †'}`
      const compared = rest.flatMap((result) => {
        const sound = base.sound && result.sound
        return [shown(result), ratioText(result.value, sound ? base.value : undefined)]
      })
      return [`${server.name}: ${title}`, shown(base), ...compared]
    })
  })
  return markdownTable(head, rows)
}

function targetName(server, version) {
  return `${server.name}, ${versions[version].title}`
}
