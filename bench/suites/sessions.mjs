import { once } from 'node:events'
import net from 'node:net'
import { inProject } from '../../scripts/foundation/paths.mjs'
import { LoadGenerator } from '../lib/load.mjs'
import { machineLine } from '../lib/machine.mjs'
import { connect, subscribe } from '../lib/mqtt-packets.mjs'
import { nodeOptions, roundOptions } from '../lib/options.mjs'
import { childrenOf, processorMs } from '../lib/processor-time.mjs'
import { format, markdownTable, medianOf, ratioText, table } from '../lib/report.mjs'
import { interleave, oursAmong } from '../lib/rounds.mjs'
import { scenarios } from '../lib/scenarios.mjs'
import { Server } from '../lib/servers.mjs'
import { keptFilter, keptPacketBytes, makeStores } from '../lib/stored-state.mjs'

export const summary = 'what 100,000 stored sessions and retained messages cost at the start and later'

export const options = {
  ...roundOptions,
  sessions: { type: 'string', default: '100000', about: 'stored sessions, each with a message that waits' },
  retained: { type: 'string', default: '100000', about: 'retained messages' },
}

/** Loads that do not touch the stored state. */
const unconcerned = ['steady', 'pair1']
const subackBytes = 5

/** Our broker over the platform's store. */
class StoredBroker extends Server {
  constructor(name, cpu, flags, databaseUrl) {
    super(name, cpu)
    Object.assign(this, { flags, databaseUrl })
  }

  launch() {
    const program = inProject('bench/lib/stored-broker-server.mjs')
    return this.launchOnPorts((tcp, ws) => [process.execPath, ...this.flags, program, tcp, ws], {
      env: { ...process.env, DATABASE_URL: this.databaseUrl },
    })
  }

  async ask(path) {
    const { ws } = await this.start()
    return (await fetch(`http://127.0.0.1:${ws}${path}`)).json()
  }
}

/** Resolves with the number of problems of our servers. */
export async function run(values) {
  const counts = { sessions: Number(values.sessions), retained: Number(values.retained) }
  console.log(`${machineLine()}\n`)
  const stores = await makeStores(counts)
  const cpu = values['server-cpu']
  const flags = nodeOptions(values)
  const targets = [
    new StoredBroker('heliograph, empty store', cpu, flags, stores.empty),
    new StoredBroker('heliograph, full store', cpu, flags, stores.filled),
  ]
  try {
    console.log(await startTable(targets, counts, values, stores.pid))
    console.log(await wildcardTable(targets, counts, values))
    return await unconcernedTables(targets, values)
  } finally {
    for (const target of targets) await target.stop()
    await stores.dispose()
  }
}

/** Time from the start of the process until it listens; PostgreSQL is already running. */
async function startTable(targets, { sessions, retained }, { rounds }, postgresPid) {
  const runs = await inTurns(targets, rounds, async (target) => {
    await target.stop()
    const databaseMs = processorMs(childrenOf(postgresPid))
    const startedAt = performance.now()
    const { pids } = await target.start()
    return {
      startMs: performance.now() - startedAt,
      cpuMs: processorMs(pids),
      databaseMs: processorMs(childrenOf(postgresPid)) - databaseMs,
      ...(await target.ask('/stats')),
    }
  })
  const full = runs.get(targets[1].name)
  if (full.some((report) => report.sessions !== sessions || report.retained !== retained))
    throw new Error('not all that was stored came back')
  const head = ['store', 'sessions', 'retained', 'start s', 'ratio', 'loading s', 'CPU s', 'PostgreSQL CPU s']
  const base = medianOf(runs.get(targets[0].name), 'startMs')
  const rows = [...runs].map(([name, reports]) => [
    name,
    format(medianOf(reports, 'sessions')),
    format(medianOf(reports, 'retained')),
    format(medianOf(reports, 'startMs', 1e-3), 2),
    ratioText(medianOf(reports, 'startMs'), base),
    ...['loadMs', 'cpuMs', 'databaseMs'].map((where) => format(medianOf(reports, where, 1e-3), 2)),
  ])
  return `### Start; goal: less than 5 s\n\n${markdownTable(head, rows)}\n`
}

async function wildcardTable(targets, { retained }, { rounds }) {
  const runs = await inTurns(targets, rounds, async (target) => {
    const expected = target === targets[1] ? retained : 0
    const { tcp } = await target.start()
    const socket = net.connect(tcp, '127.0.0.1')
    socket.write(connect('wildcard'))
    await once(socket, 'data')
    await target.ask('/turns')
    const startedAt = performance.now()
    socket.write(subscribe(keptFilter))
    await received(socket, subackBytes + expected * keptPacketBytes)
    const allMs = performance.now() - startedAt
    socket.destroy()
    return { expected, allMs, ...(await target.ask('/turns')) }
  })
  const head = ['store', 'messages', 'all of them ms', 'turns', 'longest turn, CPU ms', 'by the clock ms']
  const rows = [...runs].map(([name, reports]) => [
    name,
    format(medianOf(reports, 'expected')),
    format(medianOf(reports, 'allMs'), 1),
    format(medianOf(reports, 'turns')),
    format(Math.max(...reports.map(({ longestCpuMs }) => longestCpuMs)), 1),
    format(Math.max(...reports.map(({ longestMs }) => longestMs)), 1),
  ])
  const title = `A subscription to \`${keptFilter}\`; goal: no turn of more than 50 ms`
  return `### ${title}\n\n${markdownTable(head, rows)}\n\nThe longest turns are of all rounds.\n`
}

async function unconcernedTables(targets, { 'load-cpu': loadCpu, duration, warmup, rounds, ...values }) {
  const load = new LoadGenerator(loadCpu)
  const settings = { rounds: Number(rounds), maxOther: Number(values['max-other']) }
  const timing = ['--size', '64', '--duration', duration, '--warmup', warmup]
  const problems = []
  for (const scenario of unconcerned) {
    const { title, columns, options: text } = scenarios[scenario]
    const result = await interleave(targets, settings, async (target) =>
      load.run(await target.start(), 'ws', [...text.split(' '), ...timing], 120_000),
    )
    problems.push(...result.problems)
    console.log(
      table(`Publishes that do not concern what is stored: ${title}`, columns, result.runs, targets[0].name),
    )
  }
  for (const problem of problems) console.log(`- ${problem}`)
  return oursAmong(problems)
}

async function inTurns(targets, rounds, measure) {
  const runs = new Map(targets.map(({ name }) => [name, []]))
  for (let round = 0; round < Number(rounds); round++)
    for (const target of targets) runs.get(target.name).push(await measure(target))
  return runs
}

async function received(socket, bytes) {
  for (let left = bytes; left > 0; ) left -= (await once(socket, 'data'))[0].length
}
