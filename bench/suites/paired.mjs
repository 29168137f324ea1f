import path from 'node:path'
import { LoadGenerator } from '../lib/load.mjs'
import { machineLine } from '../lib/machine.mjs'
import { nodeOptions, parseList, roundOptions } from '../lib/options.mjs'
import { table } from '../lib/report.mjs'
import { interleave, oursAmong } from '../lib/rounds.mjs'
import { scenarios } from '../lib/scenarios.mjs'
import { OwnBroker } from '../lib/servers.mjs'

export const summary = 'our broker beside its own build of an earlier commit, MQTT 3.1.1'

const transports = ['ws', 'tcp']
const flags = { open: [], acl: ['--acl'] }

export const options = {
  ...roundOptions,
  earlier: { type: 'string', about: 'folder in which an earlier commit is checked out and built' },
  transport: { type: 'string', default: 'ws,tcp', about: 'ws, tcp or both' },
  scenario: { type: 'string', default: 'fanin0,fanin1,fanout0,pair1', about: 'some of these' },
  rules: { type: 'string', default: 'open,acl', about: 'without access rules, with them, or both' },
  size: { type: 'string', default: '64', about: 'bytes of a payload' },
}

/** Resolves with the number of problems of our servers. */
export async function run(values) {
  if (values.earlier === undefined) throw new Error('--earlier names the folder of the earlier build')
  const load = new LoadGenerator(values['load-cpu'])
  const settings = { rounds: Number(values.rounds), maxOther: Number(values['max-other']) }
  console.log(`${machineLine()}\n\n${values.rounds} rounds of ${values.duration} s; medians.\n`)
  let problems = 0
  for (const rules of parseList(values.rules, Object.keys(flags), 'kind of rules')) {
    const cpu = values['server-cpu']
    const earlier = path.resolve(values.earlier)
    const targets = [
      new OwnBroker('heliograph, earlier', cpu, flags[rules], nodeOptions(values), earlier),
      new OwnBroker('heliograph', cpu, flags[rules], nodeOptions(values)),
    ]
    try {
      for (const transport of parseList(values.transport, transports, 'transport'))
        for (const name of parseList(values.scenario, Object.keys(scenarios), 'scenario')) {
          const { title, columns, options: text } = scenarios[name]
          const result = await interleave(targets, settings, (target) =>
            measure(load, target, transport, [...text.split(' '), '--size', values.size], values),
          )
          const where = `over ${transport === 'ws' ? 'WebSocket' : 'TCP'}, rules: ${rules}`
          console.log(table(`${title} ${where}`, columns, result.runs, targets[0].name))
          for (const problem of result.problems) console.log(`- ${problem}`)
          problems += oursAmong(result.problems)
        }
    } finally {
      for (const target of targets) await target.stop()
    }
  }
  return problems
}

async function measure(load, target, transport, options, values) {
  const timing = ['--duration', values.duration, '--warmup', values.warmup]
  const report = await load.run(await target.start(), transport, [...options, ...timing], 180_000)
  // What a JIT compiler chose to inline holds for the life of a process, and may differ by a tenth between two processes
  // of one build. So each round has its own.
  await target.stop()
  return report
}
