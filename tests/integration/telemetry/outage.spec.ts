import type { MqttClient } from 'mqtt'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Administrator, createAdministrator } from '../../support/accounts.js'
import { type Platform, startPlatform } from '../../support/platform.js'
import {
  connectDevice,
  connectToken,
  eventually,
  registerDevice,
  requestToken,
  type TestDevice,
} from '../mqtt/support.js'
import { canFillDisks, type Outage, outages } from './outages.js'
import { OwnPostgres } from './own-postgres.js'

let postgres: OwnPostgres
let platform: Platform
let admin: Administrator

beforeAll(async () => {
  postgres = await OwnPostgres.start()
  platform = await startPlatform({ env: { DATABASE_URL: postgres.url } })
  admin = await createAdministrator(platform)
})
afterAll(async () => {
  postgres?.thaw()
  await platform?.stop()
  await postgres?.remove()
})

const firstTs = Date.now() - 3_600_000

/** Publishes a numbered sample every few milliseconds, acknowledged or not, until it is stopped. */
function stream(client: MqttClient, { credential }: TestDevice) {
  const acknowledged = new Set<number>()
  const told: Promise<unknown>[] = []
  let sent = 0
  const timer = setInterval(() => {
    const n = sent++
    const sample = JSON.stringify({ ts: firstTs + n, values: { n } })
    told.push(
      client.publishAsync(credential.topics.telemetry, sample, { qos: 1 }).then(() => acknowledged.add(n)),
    )
  }, 10)
  return {
    acknowledged,
    get sent() {
      return sent
    },
    /** Settles when all is acknowledged. */
    async end() {
      clearInterval(timer)
      await Promise.all(told)
    },
  }
}

/** The numbers that somebody who watches has seen, in the order in which they came. */
async function watchNumbers({ credential }: TestDevice) {
  const topic = credential.topics.telemetry
  const client = await connectToken(await requestToken(admin, { subscribe: [topic] }))
  const seen: number[] = []
  client.on('message', (_, payload) => seen.push(JSON.parse(payload.toString()).values.n))
  await client.subscribeAsync(topic, { qos: 1 })
  return { seen, client }
}

async function stored(device: TestDevice): Promise<number[]> {
  const rows = await postgres.query<{ number: number }>(
    `SELECT number FROM telemetry.sample JOIN device ON device.key = device_key WHERE device.id = '${device.id}' ORDER BY ts`,
  )
  return rows.map(({ number }) => number)
}

async function rolledUp(device: TestDevice, table: 'minute' | 'hour'): Promise<number> {
  const [row] = await postgres.query<{ count: number }>(
    `SELECT sum(count)::int AS count FROM telemetry.${table} JOIN device ON device.key = device_key WHERE device.id = '${device.id}'`,
  )
  return row?.count ?? 0
}

async function readiness() {
  const response = await fetch(`${platform.url}/readyz`)
  const { checks } = (await response.json()) as { checks: Record<string, { ok: boolean; detail?: string }> }
  return { status: response.status, checks }
}

async function passThrough(outage: Outage): Promise<void> {
  const device = await registerDevice(admin)
  const { seen, client: watcher } = await watchNumbers(device)
  const client = await connectDevice(platform, device)
  const publishing = stream(client, device)
  await eventually(() => expect(publishing.acknowledged.size).toBeGreaterThan(50))

  const end = await outage.begin(postgres)
  // Whoever watches goes on seeing what is sent from now on, though it is not acknowledged.
  const before = publishing.sent
  await eventually(() => {
    const live = seen.filter((n) => n >= before && !publishing.acknowledged.has(n))
    expect(live.length).toBeGreaterThan(30)
  })
  if (outage.reason !== null)
    await eventually(async () => {
      const { status, checks } = await readiness()
      expect([status, checks.telemetry]).toEqual([
        503,
        { ok: false, detail: `is not stored: ${outage.reason}` },
      ])
    })
  await end()

  const resumed = publishing.sent
  await eventually(() => expect([...publishing.acknowledged].some((n) => n > resumed)).toBe(true))
  await eventually(async () => expect((await readiness()).status).toBe(200))
  await publishing.end()

  const all = Array.from({ length: publishing.sent }, (_, n) => n)
  expect([...publishing.acknowledged].sort((a, b) => a - b)).toEqual(all)
  expect(await stored(device)).toEqual(all)
  expect([await rolledUp(device, 'minute'), await rolledUp(device, 'hour')]).toEqual([all.length, all.length])
  await eventually(() => expect(seen).toHaveLength(all.length))
  expect(seen).toEqual(all)
  await Promise.all([client.endAsync(), watcher.endAsync()])
}

describe('what is acknowledged is stored, once, and seen live, in order and once, while the database', () => {
  const [full, ...rest] = outages
  it.each(rest.map((outage) => [outage.name, outage] as const))('%s', (_, outage) => passThrough(outage))

  it.skipIf(!canFillDisks)(full.name, () => passThrough(full))
})
