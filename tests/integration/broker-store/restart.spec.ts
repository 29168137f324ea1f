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

async function isOnlineInRegistry(): Promise<boolean | undefined> {
  const { rows } = await platform.pool.query<{ connected: boolean }>(
    'SELECT connected FROM device_activity JOIN device ON device.key = device_key WHERE device.id = $1',
    [device.id],
  )
  return rows[0]?.connected
}

/** The topics of an organization on which a newcomer finds something retained, without presence. */
async function retainedTopics(org: string): Promise<string[]> {
  const { rows } = await platform.pool.query<{ topic: string }>(
    'SELECT topic FROM broker.retained WHERE topic LIKE $1 ORDER BY topic',
    [`${org}/%`],
  )
  return rows.map(({ topic }) => topic)
}

describe('a device and a script that fill all that they may retain', () => {
  const payload = JSON.stringify('x'.repeat(1024 * 1024))
  const app = (n: number) => `${admin.organization}/apps/hoard/${n}`

  async function publishers() {
    const script = await connectToken(
      await requestToken(admin, { publish: [`${admin.organization}/apps/#`] }),
    )
    const greedy = await registerDevice(admin)
    return { script, greedy, sender: await connectDevice(platform, greedy) }
  }

  /** The retained presence of a device, as a page that is opened now finds it. */
  async function presenceOf({ credential }: TestDevice): Promise<unknown> {
    const newcomer = await connectToken(await requestToken(admin))
    const seen = await watch(newcomer, credential.topics.presence)
    await eventually(() => expect(seen).toHaveLength(1))
    await newcomer.endAsync()
    return seen[0]
  }

  it('leave the presence of others retained, are told, and may clear, also after restarts', async () => {
    const { script, greedy, sender } = await publishers()
    const own = `${admin.organization}/devices/${greedy.id}`
    const watcher = await connectToken(await requestToken(admin))
    const seen = await watch(watcher, `${own}/#`)
    const will = {
      topic: greedy.credential.topics.events,
      payload: Buffer.from('{"level":"info","message":"gone"}'),
    }
    const dying = await connectDevice(platform, greedy, {
      clientId: `${greedy.id}:will`,
      will: { ...will, qos: 1, retain: true },
    })
    dying.stream.destroy()
    const reply = JSON.stringify({ status: 'done', result: 'x'.repeat(100_000) })
    for (let n = 0; n < 40; n += 1)
      await sender.publishAsync(`${own}/commands/made-up-${n}/reply`, reply, { qos: 1, retain: true })
    // A device costs its message nothing when its firmware sets the retain flag.
    await sender.publishAsync(greedy.credential.topics.telemetry, '{"n":1}', { qos: 1, retain: true })
    await eventually(() => expect(seen.some(({ text }) => text === '{"n":1}')).toBe(true))
    expect(seen.filter(({ topic }) => topic.endsWith('/reply'))).toHaveLength(40)
    expect(seen.find(({ topic }) => topic.endsWith('/notices'))?.json).toMatchObject({ code: 'not_retained' })
    for (let n = 0; n < 10; n += 1) await script.publishAsync(app(n), payload, { qos: 1, retain: true })

    const neighbour = await connectDevice(platform, device)
    await neighbour.endAsync()
    const offline = { retain: true, json: { online: false, reason: 'client_disconnected' } }
    await eventually(async () => expect(await presenceOf(device)).toMatchObject(offline))
    const kept = Array.from({ length: 7 }, (_, n) => app(n))
    await eventually(async () =>
      expect(await retainedTopics(admin.organization)).toEqual(expect.arrayContaining(kept)),
    )
    expect(
      (await retainedTopics(admin.organization)).filter((topic) => !topic.includes('/apps/chat/')),
    ).toEqual(kept)
    const { fleet } = await admin.send<{ fleet: { refusals: { code: string }[] } }>('GET', '/api/v1/overview')
    expect(fleet.refusals.map(({ code }) => code)).toEqual(
      expect.arrayContaining(['not_retained', 'retained_quota']),
    )
    const metrics = await (await fetch(`${platform.url}/metrics`)).text()
    expect(metrics).toMatch(/^heliograph_mqtt_unretained_messages_total\{reason="owner_quota"\} 3$/m)
    expect(metrics).toMatch(/^heliograph_mqtt_unretained_messages_total\{reason="not_authorized"\} 42$/m)
    expect(metrics).toMatch(/^heliograph_mqtt_retained_client_bytes 73\d{5}$/m)
    await Promise.all([script.endAsync(), sender.endAsync(), watcher.endAsync()])
    await crash()
    expect(await presenceOf(device)).toMatchObject(offline)

    // With less room than is stored it starts all the same, with the newest.
    await platform.restart({
      MQTT_LIMITS: `maxRetainedBytesPerOwner=${2.5 * payload.length},maxRetainedMessages=2`,
    })
    expect(await presenceOf(device)).toMatchObject(offline)
    await eventually(async () =>
      expect(await retainedTopics(admin.organization)).toEqual(expect.arrayContaining([app(5), app(6)])),
    )
    expect((await retainedTopics(admin.organization)).filter((topic) => kept.includes(topic))).toEqual([
      app(5),
      app(6),
    ])
    expect(platform.logs().match(/the oldest stored retained messages were forgotten/g)).toHaveLength(1)

    const again = await connectToken(await requestToken(admin, { publish: [`${admin.organization}/apps/#`] }))
    await again.publishAsync(app(7), payload, { qos: 1, retain: true })
    await again.publishAsync(app(5), '', { qos: 1, retain: true })
    await again.publishAsync(app(8), payload, { qos: 1, retain: true })
    expect((await retainedTopics(admin.organization)).filter((topic) => topic.includes('/hoard/'))).toEqual([
      app(6),
      app(8),
    ])
    const connected = await connectDevice(platform, device)
    await eventually(async () => expect(await presenceOf(device)).toMatchObject({ json: { online: true } }))
    for (const n of [6, 8]) await again.publishAsync(app(n), '', { qos: 1, retain: true })
    await Promise.all([again.endAsync(), connected.endAsync()])
    await platform.restart()
  })

  it('leave nothing that was retained on other channels by an earlier version', async () => {
    const { telemetry } = device.credential.topics
    await platform.kill('SIGTERM')
    await platform.pool.query(
      `INSERT INTO broker.retained (topic, payload, qos) VALUES ($1, '{"n":1}', 1), ($2, '"x"', 1)`,
      [telemetry, app(99)],
    )
    await platform.restart()
    const topics = await retainedTopics(admin.organization)
    expect([topics.includes(telemetry), topics.includes(app(99))]).toEqual([false, true])
  })
})

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
    120_000,
  )

  it('subscriptions and retained messages are there again', async () => {
    const { telemetry } = device.credential.topics
    await subscribeAndLeave('absent', 1)
    const topic = `${admin.organization}/apps/chat/topic`
    const person = await connectToken(await requestToken(admin, { publish: [topic], subscribe: [topic] }))
    await person.publishAsync(topic, '"app"', { qos: 1, retain: true })
    const sender = await connectDevice(platform, device)
    await sender.publishAsync(telemetry, '{"n":1}', { qos: 1 })
    await crash()

    const newcomer = await connectToken(await requestToken(admin))
    const retained = await watch(newcomer, `${admin.organization}/#`)
    await eventually(() =>
      expect(retained.filter((message) => message.retain)).toContainEqual(
        expect.objectContaining({ topic, json: 'app' }),
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
    // The registry follows what was published, and tells the next start who was online.
    await eventually(async () => expect(await isOnlineInRegistry()).toBe(true))
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
