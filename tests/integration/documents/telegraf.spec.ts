import type { IssuedApplication } from '@heliograph/protocol'
import mqtt, { type MqttClient } from 'mqtt'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { applicationSnippets } from '../../../apps/web/src/lib/snippets/application-snippets.js'
import { inProject } from '../../../scripts/foundation/paths.mjs'
import { type Administrator, createAdministrator } from '../../support/accounts.js'
import { type Platform, startPlatform } from '../../support/platform.js'
import { type Metric, type MqttConsumer, metricsOf, readMqttConsumers } from '../../support/telegraf.js'
import { connectApplication, createApplication } from '../applications/support.js'
import { connectDevice, eventually, registerDevice, type TestDevice } from '../mqtt/support.js'

const file = inProject('examples/telegraf/telegraf.conf')

/** Telegraf itself is not run here: MQTT.js connects as its configuration says, and what it would make of a payload is computed. */
describe('examples/telegraf', () => {
  let platform: Platform
  let admin: Administrator
  let device: TestDevice
  let application: IssuedApplication
  const running: MqttClient[] = []
  const heard: Metric[] = []

  beforeAll(async () => {
    platform = await startPlatform()
    // The organization of the file.
    admin = await createAdministrator(platform, 'main')
    device = await registerDevice(admin, 'pump-7')
    const topics = readMqttConsumers(file, {}).flatMap((input) => input.topics)
    application = await createApplication(admin, { name: 'Telegraf', subscribe: topics })
    for (const input of inputs()) running.push(await start(input))
  })
  afterAll(async () => {
    await Promise.all(running.map((client) => client.endAsync()))
    await platform?.stop()
  })

  const inputs = () =>
    readMqttConsumers(file, {
      HELIOGRAPH_USERNAME: application.username,
      HELIOGRAPH_PASSWORD: application.password,
    })

  /** Connects by 3.1.1, and subscribes to its topics at once, as Telegraf does. */
  async function start(input: MqttConsumer): Promise<MqttClient> {
    const [server = ''] = input.servers
    const { username, password, client_id: clientId, persistent_session = false } = input
    const options = { username, password, clientId, clean: !persistent_session, protocolVersion: 4 } as const
    const address = server.replace('127.0.0.1:1883', `127.0.0.1:${platform.mqttPort}`)
    // What waited comes right behind the CONNACK.
    const client = mqtt.connect(address, { ...options, reconnectPeriod: 0 })
    client.on('message', (topic, payload) => heard.push(...metricsOf(input, topic, String(payload))))
    await new Promise((resolve) => client.once('connect', resolve))
    const granted = await client.subscribeAsync(input.topics, { qos: input.qos })
    expect(granted.map(({ qos }) => qos)).toEqual(input.topics.map(() => input.qos))
    return client
  }

  const hears = (metric: Partial<Metric>) =>
    eventually(() => expect(heard).toContainEqual(expect.objectContaining(metric)))

  it('reads telemetry in each of its forms, with its device and its time', async () => {
    const { telemetry } = device.credential.topics
    const client = await connectDevice(platform, device)
    const ts = Date.now() - 60_000
    const sent = [
      { temperature: 21.5, ok: true },
      { ts, values: { temperature: 22.5 } },
      [
        { ts: ts + 1, values: { temperature: 23.5 } },
        { ts: ts + 2, values: { temperature: 24.5 } },
      ],
    ]
    for (const payload of sent) await client.publishAsync(telemetry, JSON.stringify(payload), { qos: 1 })
    await client.endAsync()
    const from = { measurement: 'telemetry', tags: { organization: 'main', device: 'pump-7' } }
    await hears({ ...from, fields: { temperature: 21.5, ok: true }, timestampMs: null })
    for (const [index, temperature] of [22.5, 23.5, 24.5].entries())
      await hears({ ...from, fields: { temperature }, timestampMs: ts + index })
  })

  it('reads events, with their level and code', async () => {
    const client = await connectDevice(platform, device)
    const event = { level: 'warning', message: 'runs dry', code: 'dry_run', ts: Date.now() }
    await client.publishAsync(device.credential.topics.events, JSON.stringify(event), { qos: 1 })
    await client.endAsync()
    await hears({
      measurement: 'events',
      tags: { organization: 'main', device: 'pump-7', level: 'warning', code: 'dry_run' },
      fields: { message: 'runs dry' },
      timestampMs: event.ts,
    })
  })

  it('reads what applications send to each other', async () => {
    const ticker = await connectApplication(
      await createApplication(admin, { name: 'Ticker', publish: ['main/apps/ticker/#'] }),
    )
    await ticker.publishAsync('main/apps/ticker/SUN', '{"price":101.5,"tick":1}', { qos: 1 })
    await ticker.endAsync()
    const tags = { organization: 'main', symbol: 'SUN' }
    await hears({ measurement: 'ticker', tags, fields: { price: 101.5, tick: 1 } })
  })

  it('gets what was sent while it was away', async () => {
    const [input] = inputs()
    await running.shift()?.endAsync()
    const client = await connectDevice(platform, device)
    await client.publishAsync(device.credential.topics.telemetry, '{"meanwhile":1}', { qos: 1 })
    await client.endAsync()
    running.unshift(await start(input as MqttConsumer))
    await hears({ measurement: 'telemetry', fields: { meanwhile: 1 } })
  })

  it('is what the dialog of an application shows: only options that Telegraf knows', () => {
    const shown =
      applicationSnippets(application).find(({ id }) => id === 'telegraf')?.variants[0]?.code ?? ''
    const known = new Set(Object.keys(inputs()[0] ?? {}))
    const options = [...shown.matchAll(/^ {2}(\w+) =/gm)].map(([, option]) => option)
    expect(options.length).toBeGreaterThan(3)
    for (const option of options) expect(known).toContain(option)
  })
})
