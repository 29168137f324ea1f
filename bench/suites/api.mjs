import { goalsTable } from '../lib/goals.mjs'
import { LoadGenerator } from '../lib/load.mjs'
import { machineLine } from '../lib/machine.mjs'
import { nodeOptions, parseList, roundOptions } from '../lib/options.mjs'
import { payloadOption } from '../lib/payloads.mjs'
import { Platform } from '../lib/platform.mjs'
import { table } from '../lib/report.mjs'
import { interleave, oursAmong } from '../lib/rounds.mjs'
import { scenarios } from '../lib/scenarios.mjs'
import { installPeers, Mosquitto } from '../lib/servers.mjs'

export const summary = 'the whole platform (credentials, access rules, payload checks) beside mosquitto'

/**
 * The messages of each scenario: publishers, subscribers, topics, and the text for the table. `goal` replaces the scenario's
 * ratio to mosquitto.
 */
const traffic = {
  'telemetry-fanin0': {
    scenario: 'fanin0',
    publishers: { kind: 'devices', count: 50 },
    subscribers: 1,
    topic: 'devices/dev-%d/telemetry',
    payload: 'telemetry',
    sent: 'telemetry, checked and stored',
    about: 'telemetry of devices: checked, handed to PostgreSQL, seen by one person',
  },
  'event-fanin0': {
    scenario: 'fanin0',
    publishers: { kind: 'devices', count: 50 },
    subscribers: 1,
    topic: 'devices/dev-%d/events',
    payload: 'event',
    sent: 'events, checked',
    about: 'events of devices: checked against their schema, not stored, seen by one person',
    goal: 0.5,
  },
  fanin1: apps('fanin1', 50, 1),
  fanout0: apps('fanout0', 1, 200, 'apps/bench/all'),
  pair1: apps('pair1', 100, 100),
  steady: apps('steady', 10, 10),
}

function apps(scenario, publishers, subscribers, topic = 'apps/bench/%d') {
  const about = 'app topics, people’s tokens'
  return { scenario, publishers: { kind: 'people', count: publishers }, subscribers, topic, about }
}

export const options = {
  ...roundOptions,
  transport: { type: 'string', default: 'ws', about: 'ws, tcp or both: ws,tcp' },
  scenario: { type: 'string', default: Object.keys(traffic).join(','), about: 'some of these' },
}

/** Resolves with the number of problems of our servers. */
export async function run(values) {
  if (values.install) installPeers()
  const load = new LoadGenerator(values['load-cpu'])
  const mosquitto = new Mosquitto(values['server-cpu'])
  const platform = await Platform.create({
    name: 'heliograph api',
    cpu: values['server-cpu'],
    nodeOptions: nodeOptions(values),
  })
  const settings = { rounds: Number(values.rounds), maxOther: Number(values['max-other']) }
  console.log(
    `${machineLine()}\n\n${values.rounds} rounds of ${values.duration} s; medians, ratios to mosquitto.\n`,
  )
  let problems = 0
  try {
    for (const transport of parseList(values.transport, ['ws', 'tcp'], 'transport')) {
      console.log(`## The platform over ${transport === 'ws' ? 'WebSocket' : 'TCP'}\n`)
      const results = []
      for (const name of parseList(values.scenario, Object.keys(traffic), 'scenario')) {
        const flow = traffic[name]
        const { title, columns, options: text } = scenarios[flow.scenario]
        const once = (target) => runOnce(load, target, transport, flow, text, values)
        // PostgreSQL works for telemetry here, so it does not count as a disturbance.
        const patience = flow.payload === 'telemetry' ? { ...settings, maxOther: 2 } : settings
        const result = await interleave([mosquitto, platform], patience, once)
        results.push({ scenario: flow.scenario, sent: flow.sent, goal: flow.goal, runs: result.runs })
        console.log(table(`${title}: ${flow.about}`, columns, result.runs, 'mosquitto'))
        for (const problem of result.problems) console.log(`- ${problem}`)
        problems += oursAmong(result.problems)
      }
      console.log(goalsTable(results, platform.name, 'platform'))
    }
  } finally {
    await mosquitto.stop()
    await platform.dispose()
  }
  return problems
}

async function runOnce(load, target, transport, flow, text, values) {
  const address = await target.start()
  const options = [
    ...text.split(' '),
    ...['--topic', `bench/${flow.topic}`],
    ...(flow.payload ? payloadOption(flow.payload) : ['--size', '64']),
    ...['--duration', values.duration, '--warmup', values.warmup],
    ...(values.strict ? ['--strict'] : []),
    ...(target instanceof Platform ? await credentialOptions(target, flow) : []),
  ]
  const report = await load.run(address, transport, options, 180_000)
  if (report.exit !== 0) await target.stop()
  else if (target instanceof Platform) await target.settle()
  return report
}

async function credentialOptions(platform, { publishers, subscribers }) {
  const { kind, count } = publishers
  const people = await platform.accounts.people(kind === 'people' ? count : 0, subscribers)
  const file = kind === 'people' ? people.publishers : await platform.accounts.devices(count)
  return ['--pub-cred', file, '--sub-cred', people.subscribers]
}
