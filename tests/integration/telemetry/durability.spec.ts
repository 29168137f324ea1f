import type { MqttClient } from 'mqtt'
import pg from 'pg'
import { afterEach, describe, expect, it } from 'vitest'
import { createAdministrator } from '../../support/accounts.js'
import type { HttpClient } from '../../support/http-client.js'
import { type Platform, startPlatform } from '../../support/platform.js'
import {
  connectDevice,
  connectToken,
  eventually,
  type Message,
  registerDevice,
  requestToken,
  type TestDevice,
  watch,
} from '../mqtt/support.js'
import { OwnPostgres } from './own-postgres.js'

let postgres: OwnPostgres
let platform: Platform | undefined

afterEach(async () => {
  postgres?.thaw()
  await platform?.stop()
  await postgres?.remove()
  platform = undefined
})

async function start(): Promise<{ platform: Platform; admin: HttpClient }> {
  postgres = await OwnPostgres.start()
  platform = await startPlatform({ env: { DATABASE_URL: postgres.url } })
  return { platform, admin: await createAdministrator(platform) }
}

/** Publishes numbered samples until the connection ends, ten at a time, and notes what was acknowledged. */
function stream(client: MqttClient, { credential }: TestDevice, qos: 1 | 2) {
  const acknowledged = new Set<number>()
  const closed = new Promise<'closed'>((resolve) => client.once('close', () => resolve('closed')))
  let next = 0
  const publish = async (): Promise<void> => {
    for (let n = next++; ; n = next++) {
      const sample = JSON.stringify({ ts: 1_700_000_000_000 + n, values: { n } })
      // What the connection's end cuts off is not acknowledged, and that is all there is to know.
      const sent = client.publishAsync(credential.topics.telemetry, sample, { qos }).then(
        () => 'acknowledged',
        () => 'closed',
      )
      if ((await Promise.race([sent, closed])) === 'closed') return
      acknowledged.add(n)
    }
  }
  return { acknowledged, ended: Promise.all(Array.from({ length: 10 }, publish)) }
}

async function stored(url: string): Promise<number[]> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    const { rows } = await client.query<{ number: number }>('SELECT number FROM telemetry.sample ORDER BY ts')
    return rows.map(({ number }) => number)
  } finally {
    await client.end()
  }
}

/** Nothing that was acknowledged is missing, and nothing is there twice. */
async function expectNothingLost(url: string, acknowledged: ReadonlySet<number>): Promise<void> {
  const rows = await stored(url)
  expect(new Set(rows).size).toBe(rows.length)
  const kept = new Set(rows)
  expect([...acknowledged].filter((n) => !kept.has(n))).toEqual([])
}

const texts = (messages: Message[]) => messages.map(({ text }) => text)

describe('an acknowledgement', () => {
  it('waits while the database does not answer, and is sent when it does', async () => {
    const { platform, admin } = await start()
    const device = await registerDevice(admin)
    const client = await connectDevice(platform, device)
    const page = await connectToken(await requestToken(admin))
    const live = await watch(page, device.credential.topics.telemetry)
    await client.publishAsync(device.credential.topics.telemetry, '{"n":0}', { qos: 1 })
    postgres.freeze()
    const acknowledged: number[] = []
    const publishing = [1, 2].map(async (qos) => {
      const sample = JSON.stringify({ n: qos })
      await client.publishAsync(device.credential.topics.telemetry, sample, { qos: qos as 1 | 2 })
      acknowledged.push(qos)
    })
    // Both have reached the platform when it counts them as waiting.
    await eventually(async () => {
      const metrics = await (await fetch(`${platform.url}/metrics`)).text()
      expect(metrics).toMatch(/^heliograph_ingest_waiting_samples 2$/m)
    })
    expect((await fetch(`${platform.url}/readyz`)).status).toBe(503)
    expect(acknowledged).toEqual([])
    // Exactly once cannot be promised of what is passed on before it is stored.
    await eventually(() => expect(texts(live)).toEqual(['{"n":0}', '{"n":1}']))
    postgres.thaw()
    await Promise.all(publishing)
    await eventually(() => expect(texts(live)).toEqual(['{"n":0}', '{"n":1}', '{"n":2}']))
    expect(await stored(postgres.url)).toEqual([0, 1, 2])
    await eventually(async () => expect((await fetch(`${platform.url}/readyz`)).status).toBe(200))
    await Promise.all([client.endAsync(), page.endAsync()])
  })

  it('means stored, though the database is killed meanwhile', async () => {
    const { platform, admin } = await start()
    const device = await registerDevice(admin)
    const client = await connectDevice(platform, device)
    const { acknowledged, ended } = stream(client, device, 1)
    await eventually(() => expect(acknowledged.size).toBeGreaterThan(200))
    await postgres.crash()
    const before = acknowledged.size
    await postgres.startAgain()
    await eventually(() => expect(acknowledged.size).toBeGreaterThan(before + 200))
    await client.endAsync(true)
    await ended
    await expectNothingLost(postgres.url, acknowledged)
  })

  it.each([1, 2] as const)('of QoS %d means stored, though the platform is killed meanwhile', async (qos) => {
    const { platform, admin } = await start()
    const device = await registerDevice(admin)
    const client = await connectDevice(platform, device)
    const { acknowledged, ended } = stream(client, device, qos)
    await eventually(() => expect(acknowledged.size).toBeGreaterThan(300))
    await platform.kill('SIGKILL')
    await ended
    await expectNothingLost(postgres.url, acknowledged)
    await platform.restart()
    const again = await connectDevice(platform, device)
    await again.publishAsync(device.credential.topics.telemetry, '{"ts":1600000000000,"values":{"n":-1}}', {
      qos,
    })
    expect((await stored(postgres.url))[0]).toBe(-1)
    await again.endAsync()
  })
})
