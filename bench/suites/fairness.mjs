import { fork } from 'node:child_process'
import { once } from 'node:events'
import path from 'node:path'
import { endWithUs } from '../../scripts/process/end-with-us.mjs'
import { LoadGenerator, problemOf } from '../lib/load.mjs'
import { machineLine } from '../lib/machine.mjs'
import { nodeOptions, parseList, roundOptions } from '../lib/options.mjs'
import { format, markdownTable, medianOf, ratioText } from '../lib/report.mjs'
import { oursAmong } from '../lib/rounds.mjs'
import { installPeers, Mosquitto, OwnBroker, RawAedes } from '../lib/servers.mjs'

export const summary = 'what one client that floods, freezes or asks for everything costs ten pairs beside it'

/** What the harmful client does meanwhile. */
const troubles = {
  none: 'nothing',
  flood: 'publishes as fast as it can',
  frozen: 'subscribes to all of theirs, reads nothing',
  wildcard: 'asks for 100,000 retained messages, again and again',
}

export const options = {
  ...roundOptions,
  trouble: { type: 'string', default: Object.keys(troubles).join(','), about: 'some of these' },
  transport: { type: 'string', default: 'ws', about: 'of the pairs: ws or tcp' },
}

const pairs = ['--scenario', 'latency', '--topo', 'pair', '--pubs', '10', '--rate', '2000', '--qos', '0']
/** Large enough for a client that does not read to fill its outgoing queue within seconds. */
const payloadBytes = '1024'

/** Resolves with the number of problems of our servers. */
export async function run(values) {
  if (values.install) installPeers()
  const load = new LoadGenerator(values['load-cpu'])
  const cpu = values['server-cpu']
  const targets = [
    new Mosquitto(cpu),
    new RawAedes(cpu),
    new OwnBroker('heliograph --acl', cpu, ['--acl'], nodeOptions(values)),
  ]
  const chosen = parseList(values.trouble, Object.keys(troubles), 'trouble')
  const runs = new Map()
  const problems = new Set()
  console.log(`${machineLine()}\n`)
  for (let round = 0; round < Number(values.rounds); round++) {
    for (const trouble of chosen) {
      for (const target of targets) {
        const report = await measure(load, target, trouble, values)
        const key = `${target.name} ${trouble}`
        runs.set(key, [...(runs.get(key) ?? []), report])
        const problem = problemOf(report)
        if (problem !== '') problems.add(`${target.name}, ${trouble}: ${problem}`)
      }
    }
  }
  console.log(tableOf(targets, chosen, runs, values))
  console.log(await stopTable(targets, values))
  for (const problem of problems) console.log(`- ${problem}`)
  return oursAmong([...problems])
}

/** One run on a fresh server, so that no run inherits the state of another. */
async function measure(load, target, trouble, { transport, duration, warmup, 'load-cpu': loadCpu }) {
  const address = await target.start()
  const space = Math.floor(Math.random() * 65_536)
    .toString(16)
    .padStart(4, '0')
  const disturber = trouble === 'none' ? null : await disturb(trouble, address.tcp, space, loadCpu)
  try {
    const timing = ['--duration', duration, '--warmup', warmup, '--size', payloadBytes, '--run-id', space]
    const report = await load.run(address, transport, [...pairs, ...timing], 120_000)
    return { ...report, trouble: await disturber?.outcome() }
  } finally {
    disturber?.stop()
    await target.stop()
  }
}

/** Runs on the load's processor at a lower priority, so that only the server's work affects the figures. */
async function disturb(trouble, port, space, cpu) {
  const program = path.join(import.meta.dirname, '../lib/disturber.mjs')
  const pinned = cpu ? ['taskset', '-c', cpu] : []
  const [execPath, ...before] = [...pinned, 'nice', '-n', '10', process.execPath]
  const child = fork(program, [trouble, String(port), space], { execPath, execArgv: before })
  endWithUs(child)
  await Promise.race([
    once(child, 'message'),
    once(child, 'exit').then(() => {
      throw new Error('the disturber ended')
    }),
  ])
  return {
    outcome: async () => {
      const told = once(child, 'message')
      child.send('how much')
      return (await told)[0]
    },
    stop: () => child.kill('SIGKILL'),
  }
}

function tableOf(targets, chosen, runs, { duration, transport }) {
  const head = [
    'one client beside them',
    'target',
    'p50 µs',
    'p99 µs',
    'to none',
    'max ms',
    'RSS max MB',
    'it sent',
  ]
  const rows = chosen.flatMap((trouble) =>
    targets.map(({ name }) => {
      const reports = runs.get(`${name} ${trouble}`)
      const p99 = medianOf(reports, 'latency.p99_us')
      const alone = medianOf(runs.get(`${name} none`) ?? [], 'latency.p99_us')
      return [
        troubles[trouble],
        name,
        format(medianOf(reports, 'latency.p50_us')),
        format(p99),
        ratioText(p99, alone),
        format(medianOf(reports, 'latency.max_us', 1e-3), 1),
        format(medianOf(reports, 'server.rss_max_kb', 1 / 1024)),
        format(medianOf(reports, 'trouble.sent')),
      ]
    }),
  )
  const title = `2,000/s over 10 pairs, ${payloadBytes} B, QoS 0, ${transport}, ${duration} s`
  return `### ${title}\n\n${markdownTable(head, rows)}\n`
}

/** How long a server takes from SIGTERM to its end with 5,000 clients, and how many of them it let go. */
async function stopTable(targets, { 'load-cpu': loadCpu }) {
  const rows = []
  for (const target of targets) {
    const address = await target.start()
    const crowd = await disturb('crowd', address.tcp, 'stop', loadCpu)
    const startedAt = performance.now()
    await target.stop()
    const seconds = (performance.now() - startedAt) / 1_000
    const { sent: ended } = await crowd.outcome()
    crowd.stop()
    rows.push([target.name, format(seconds, 2), format(ended)])
  }
  const head = ['target', 'seconds from SIGTERM to its end', 'clients that knew by then']
  return `### A planned stop with 5,000 clients\n\n${markdownTable(head, rows)}\n`
}
