import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Platform } from '../platform.mjs'
import { cpuShare } from '../processors.mjs'
import { PeakMemory } from './peak-memory.mjs'
import { makeTenant } from './tenants.mjs'
import { Worker } from './worker.mjs'

const devices = 20
const warmUpSeconds = 3
const answersWithinMs = 60_000
const reportWithinMs = 5_000

/**
 * One scenario on a fresh platform: a bystander alone, beside the attacker, and alone again. Both have a processor of their
 * own, on which the attacker gets what the bystander leaves.
 */
export async function besiege(name, scenario, values) {
  const platform = await Platform.create({
    name: `siege ${name}`,
    cpu: values['server-cpu'],
    nodeOptions: values.nodeOptions,
    defaultRates: true,
  })
  const workers = []
  try {
    const siege = {
      platform,
      attacker: await makeTenant(platform, 'attacker'),
      bystander: await makeTenant(platform, 'bystander'),
    }
    const { tcp, ws: http } = await platform.start()
    const place = { tcp, http, organization: siege.attacker.organization }
    const target = { ...place, ...(await scenario.prepare?.(siege)) }
    const bystander = await startBystander(siege, place, values, workers)
    return await watch({ name, scenario, siege, target, bystander, values, workers })
  } finally {
    for (const worker of workers) worker.stop()
    await platform.dispose()
  }
}

async function watch({ name, scenario, siege, target, bystander, values, workers }) {
  const { platform } = siege
  const { pids } = await platform.start()
  const attacker = new Worker(program('scenarios/attacker.mjs'), [name], {
    cpu: values['load-cpu'],
    niceness: Number(values['attacker-niceness']),
  })
  workers.push(attacker)
  const memory = new PeakMemory({ api: pids[0], database: platform.databasePid })
  const others = cpuShare([process.pid])
  const idleMib = await phase(bystander, 'before', values.before, () => memory.apiMib)
  await bystander.ask({ kind: 'phase', name: 'during' })
  await attacker.ask({ kind: 'start', target })
  await sleep(Number(values.seconds) * 1_000)
  const during = await bystander.ask({ kind: 'report', name: 'during' })
  const told = await within(reportWithinMs, attacker.ask({ kind: 'report' }))
  attacker.stop()
  await bystander.ask({ kind: 'phase', name: 'after' })
  const recoveredMs = await untilAnswering(platform)
  if (recoveredMs !== undefined) await sleep(Number(values.after) * 1_000)
  const result = {
    title: scenario.title,
    before: await bystander.ask({ kind: 'report', name: 'before' }),
    during,
    after: await bystander.ask({ kind: 'report', name: 'after' }),
    memory: { idleMib, apiMib: memory.apiMib, databaseMib: memory.databaseMib },
    told: told ?? {},
    others: others(),
    recoveredMs,
  }
  memory.stop()
  // What is looked at now concerns the platform alone.
  for (const worker of workers) worker.stop()
  return {
    ...result,
    finding: recoveredMs === undefined ? undefined : await scenario.afterwards?.(siege, target),
  }
}

/** Lets the bystander go on for so long; resolves with what is read at its end. */
async function phase(bystander, name, seconds, read) {
  await bystander.ask({ kind: 'phase', name })
  await sleep(Number(seconds) * 1_000)
  return read()
}

async function startBystander({ bystander: { accounts, organization, person } }, place, values, workers) {
  const worker = new Worker(program('bystander.mjs'), [], { cpu: values['load-cpu'] })
  workers.push(worker)
  const ids = Array.from({ length: devices }, (_, index) => `meter-${index}`)
  const credentials = []
  for (const id of ids) credentials.push(await accounts.device(id))
  await worker.ask({
    kind: 'start',
    ...place,
    organization,
    person,
    devices: credentials,
    comer: await accounts.device('comer'),
    token: await accounts.token(),
    authorization: accounts.authorization,
  })
  await sleep(warmUpSeconds * 1_000)
  return worker
}

/** How long it takes until the platform is ready again; undefined when it is not in time. */
async function untilAnswering({ pages: { url } }) {
  const startedAt = performance.now()
  while (performance.now() - startedAt < answersWithinMs) {
    const answered = await fetch(`${url}/readyz`, { signal: AbortSignal.timeout(answersWithinMs) }).catch(
      () => undefined,
    )
    await answered?.text()
    if (answered?.ok) return performance.now() - startedAt
    await sleep(200)
  }
  return undefined
}

function within(ms, promise) {
  promise.catch(() => undefined)
  return Promise.race([promise, sleep(ms)])
}

function program(file) {
  return path.join(import.meta.dirname, file)
}
