import mqtt, { type IClientOptions, type MqttClient } from 'mqtt'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type Administrator, createAdministrator } from '../../support/accounts.js'
import { type Platform, startPlatform } from '../../support/platform.js'
import {
  connectDevice,
  connectToken,
  eventually,
  registerDevice,
  requestToken,
  type TestDevice,
  watch,
} from '../mqtt/support.js'
import { rowCounts } from './store.js'

let platform: Platform
let admin: Administrator
let device: TestDevice

beforeAll(async () => {
  platform = await startPlatform()
  admin = await createAdministrator(platform)
})
afterAll(() => platform?.stop())
beforeEach(async () => {
  device = await registerDevice(admin)
})

async function crash(): Promise<void> {
  await platform.kill('SIGKILL')
  await platform.restart()
}

/** One of the device's clients whose session is stored, and that comes back whenever it is cut off. */
function client(suffix: string): MqttClient {
  const { username, password } = device.credential
  const clientId = `${device.id}:${suffix}`
  const persistent: IClientOptions = { clean: false, reconnectPeriod: 100, protocolVersion: 4 }
  return mqtt.connect(platform.mqttTcpUrl, { clientId, username, password, ...persistent })
}

/** Subscribes with a session that stays, and leaves. */
async function subscribeAndLeave(suffix: string, qos: 0 | 1 | 2): Promise<void> {
  const absent = client(suffix)
  await absent.subscribeAsync(device.credential.topics.telemetry, { qos })
  await absent.endAsync()
}

/** The numbers that a client has received, in that order. */
function numbers(from: MqttClient): number[] {
  const seen: number[] = []
  from.on('message', (_topic, payload) => seen.push(JSON.parse(payload.toString()).values.n))
  return seen
}

function publish(
  from: MqttClient,
  count: number,
  qos: 1 | 2,
): { acknowledged: number[]; all: Promise<unknown> } {
  const acknowledged: number[] = []
  const publishes = Array.from({ length: count }, async (_, n) => {
    const sample = JSON.stringify({ ts: 1_700_000_000_000 + n, values: { n } })
    await from.publishAsync(device.credential.topics.telemetry, sample, { qos })
    acknowledged.push(n)
  })
  return { acknowledged, all: Promise.all(publishes) }
}

describe('after kill -9', () => {
  it.each([1, 2] as const)(
    'messages acknowledged at QoS %i reach sessions whose client was absent',
    async (qos) => {
      const total = 1_000
      for (const suffix of ['first', 'second']) await subscribeAndLeave(suffix, qos)
      const publisher = client('publisher')
      const { acknowledged, all } = publish(publisher, total, qos)
      await eventually(() => expect(acknowledged.length).toBeGreaterThan(100))
      await crash()
      // The client sends again by itself what was not acknowledged.
      await all
      await publisher.endAsync()
      const receivers = ['first', 'second'].map((suffix) => client(suffix))
      const seen = receivers.map(numbers)
      await eventually(() => expect(Math.min(...seen.map(({ length }) => length))).toBeGreaterThan(total / 4))
      await crash()
      const complete = Array.from({ length: total }, (_, n) => n)
      await eventually(() => {
        for (const received of seen) expect([...new Set(received)].sort((a, b) => a - b)).toEqual(complete)
      })
      if (qos === 2) expect(seen.map(({ length }) => length)).toEqual([total, total])
      await eventually(async () =>
        expect(await rowCounts(platform.pool)).toMatchObject({ entry: 0, message: 0 }),
      )
      await Promise.all(receivers.map((receiver) => receiver.endAsync()))
    },
  )

  it('subscriptions and retained messages are there again', async () => {
    const { telemetry } = device.credential.topics
    await subscribeAndLeave('absent', 1)
    const topic = `${admin.organization}/apps/chat/topic`
    const person = await connectToken(await requestToken(admin, { publish: [topic], subscribe: [topic] }))
    await person.publishAsync(topic, '"app"', { qos: 1, retain: true })
    const sender = await connectDevice(platform, device)
    await sender.publishAsync(telemetry, '{"n":1}', { qos: 1, retain: true })
    await crash()

    const newcomer = await connectToken(await requestToken(admin))
    const retained = await watch(newcomer, `${admin.organization}/#`)
    await eventually(() =>
      expect(retained.filter((message) => message.retain)).toEqual(
        expect.arrayContaining([
          expect.objectContaining({ topic, json: 'app' }),
          expect.objectContaining({ topic: telemetry, json: { n: 1 } }),
        ]),
      ),
    )
    const back = client('absent')
    const texts: string[] = []
    back.on('message', (_topic, payload) => texts.push(payload.toString()))
    await eventually(() => expect(texts).toEqual(['{"n":1}']))
    const again = await connectDevice(platform, device)
    await again.publishAsync(telemetry, '{"n":2}', { qos: 1 })
    await eventually(() => expect(texts).toEqual(['{"n":1}', '{"n":2}']))
    await Promise.all([back.endAsync(), again.endAsync(), newcomer.endAsync()])
  })

  it('presence is sent once to absent subscribers, and never stored as retained', async () => {
    const { presence } = device.credential.topics
    const absent = client('absent')
    await absent.subscribeAsync(presence, { qos: 1 })
    await absent.endAsync()
    const online = await connectDevice(platform, device)
    await eventually(async () => expect((await rowCounts(platform.pool)).entry).toBe(2))
    await crash()
    await crash()
    const told: unknown[] = []
    const back = client('absent')
    back.on('message', (_topic, payload, { retain }) =>
      told.push([JSON.parse(String(payload)).reason, retain]),
    )
    await eventually(() =>
      expect(told).toEqual([
        ['client_disconnected', false],
        ['connected', false],
        ['server_restarted', false],
        ['connected', false],
      ]),
    )
    const { rows } = await platform.pool.query('SELECT topic FROM broker.retained WHERE topic = $1', [
      presence,
    ])
    expect(rows).toEqual([])
    online.end(true)
    await back.endAsync()
  })

  it('nothing is left of a device that was deleted right before', async () => {
    await subscribeAndLeave('absent', 1)
    const sender = await connectDevice(platform, device)
    await sender.publishAsync(device.credential.topics.telemetry, '{"n":1}', { qos: 1, retain: true })
    await platform.kill('SIGKILL')
    // As if the platform had ended between the deletion and what follows from it.
    await platform.pool.query('DELETE FROM device WHERE id = $1', [device.id])
    await platform.restart()
    const { rows } = await platform.pool.query(
      `SELECT session_id FROM broker.session WHERE session_id LIKE $1
       UNION ALL SELECT topic FROM broker.retained WHERE topic LIKE $1
       UNION ALL SELECT session_id FROM broker.entry WHERE session_id LIKE $1
       UNION ALL SELECT session_id FROM broker.subscription WHERE session_id LIKE $1`,
      [`%${device.id}%`],
    )
    expect(rows).toEqual([])
  })
})
