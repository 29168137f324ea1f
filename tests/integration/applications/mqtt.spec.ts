import { channels, type IssuedApplication } from '@heliograph/protocol'
import type { MqttClient } from 'mqtt'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Administrator, createAdministrator, createOrganization } from '../../support/accounts.js'
import { type Platform, startPlatform } from '../../support/platform.js'
import {
  closed,
  connectDevice,
  connectToken,
  eventually,
  refusalCode,
  registerDevice,
  requestToken,
  type TestDevice,
  watch,
} from '../mqtt/support.js'
import { connectApplication, createApplication, grantOf, resumeApplication } from './support.js'

let platform: Platform
let admin: Administrator
let org: string
let pump: TestDevice
let valve: TestDevice
let application: IssuedApplication

beforeAll(async () => {
  platform = await startPlatform()
  admin = await createAdministrator(platform)
  org = admin.organization
  pump = await registerDevice(admin, 'pump')
  valve = await registerDevice(admin, 'valve')
  application = await createApplication(admin, {
    subscribe: [`${org}/devices/+/telemetry`, `${org}/apps/flows/#`, `${org}/devices/pump/commands/+/reply`],
    publish: [`${org}/apps/flows/#`, `${org}/devices/pump/commands/+/request`],
  })
})
afterAll(() => platform?.stop())

const command = (device: string) => `${org}/devices/${device}/commands/c1/request`
const restart = JSON.stringify({ name: 'restart', args: null, expiresAt: 2_000_000_000_000 })

/** What a client of MQTT 5 is told about a message. */
async function pubackOf(client: MqttClient, topic: string, text: string): Promise<number> {
  return new Promise((resolve) =>
    client.publish(topic, text, { qos: 1 }, (error, packet) =>
      resolve(
        (error as { code?: number } | undefined)?.code ??
          (packet as { reasonCode?: number } | undefined)?.reasonCode ??
          0,
      ),
    ),
  )
}

describe('an application over MQTT', () => {
  it.each([
    ['TCP', 4],
    ['TCP', 5],
    ['WebSocket', 4],
    ['WebSocket', 5],
  ] as const)(
    'watches telemetry by user name and password: %s, version %i',
    async (transport, protocolVersion) => {
      const url = transport === 'TCP' ? platform.mqttTcpUrl : platform.mqttWebSocketUrl
      const client = await connectApplication(application, { url, protocolVersion })
      const seen = await watch(client, `${org}/devices/+/telemetry`)
      const sender = await connectDevice(platform, pump)
      await sender.publishAsync(pump.credential.topics.telemetry, '{"a":1}', { qos: 1 })
      await eventually(() => expect(seen.map(({ json }) => json)).toEqual([{ a: 1 }]))
      await Promise.all([client.endAsync(), sender.endAsync()])
    },
  )

  it('is refused with a wrong user name or password', async () => {
    const other = await createApplication(admin, {})
    const wrong = { ...application, password: other.password }
    expect(await refusalCode(connectApplication(wrong))).toBe(4)
    expect(await refusalCode(connectApplication({ ...application, username: 'unknown' }))).toBe(4)
    expect(await refusalCode(connectApplication({ ...application, username: pump.credential.id }))).toBe(4)
    expect(await refusalCode(connectApplication(wrong, { protocolVersion: 5 }))).toBe(0x86)
  })

  it('is refused each filter that subscribes more than it was granted', async () => {
    const client = await connectApplication(application, { protocolVersion: 5 })
    for (const filter of [`${org}/devices/pump/telemetry`, `$share/g/${org}/devices/+/telemetry`])
      expect([filter, await grantOf(client, filter)]).toEqual([filter, 1])
    for (const filter of [
      '#',
      '$SYS/#',
      `${org}/#`,
      `${org}/+/pump/telemetry`,
      `${org}/devices/pump/#`,
      `${org}/devices/pump/presence`,
      `${org}/devices/valve/commands/+/reply`,
      `${org}/apps/other/x`,
      `$share/g/${org}/#`,
    ])
      expect([filter, await grantOf(client, filter)]).toEqual([filter, 0x87])
    await client.endAsync()
  })

  it('publishes where it was granted, and commands to the devices that it was granted', async () => {
    const client = await connectApplication(application, { protocolVersion: 5 })
    const devices = await Promise.all([connectDevice(platform, pump), connectDevice(platform, valve)])
    const [atPump, atValve] = await Promise.all(
      devices.map((device, n) => watch(device, `${org}/devices/${['pump', 'valve'][n]}/commands/+/request`)),
    )
    expect(await pubackOf(client, command('valve'), restart)).toBe(0x87)
    expect(await pubackOf(client, `${org}/devices/pump/telemetry`, '{"a":1}')).toBe(0x87)
    expect(await pubackOf(client, `${org}/apps/other/x`, 'x')).toBe(0x87)
    expect(await pubackOf(client, `${org}/devices/pump/commands/c1/reply`, '{}')).toBe(0x87)
    expect(await pubackOf(client, command('pump'), '{"name":"restart"}')).toBe(0x99)
    expect(await pubackOf(client, command('pump'), restart)).toBe(0)
    await eventually(() => expect(atPump?.map(({ text }) => text)).toEqual([restart]))
    expect(atValve).toEqual([])
    await Promise.all([client.endAsync(), ...devices.map((device) => device.endAsync())])
  })

  it('retains and leaves wills where it may publish, and nowhere else', async () => {
    const watcher = await connectToken(await requestToken(admin))
    const seen = await watch(watcher, `${org}/apps/#`)
    await watcher.subscribeAsync(`${org}/devices/+/commands/#`)
    const will = (topic: string) => ({ topic, payload: '"gone"', qos: 1, retain: true }) as const
    for (const topic of [`${org}/apps/flows/here`, `${org}/apps/other/here`, command('valve')]) {
      const client = await connectApplication(application, { will: will(topic) })
      client.stream.destroy()
    }
    const client = await connectApplication(application)
    await client.publishAsync(`${org}/apps/flows/last`, '"kept"', { qos: 1, retain: true })
    await client.publishAsync(`${org}/apps/other/last`, '"not granted"', { qos: 1, retain: true })
    await eventually(() =>
      expect(seen.map(({ json }) => json)).toEqual(expect.arrayContaining(['gone', 'kept'])),
    )
    expect(seen.filter(({ topic }) => !topic.startsWith(`${org}/apps/flows/`))).toEqual([])
    const retained = await watch(client, `${org}/apps/flows/#`)
    await eventually(() =>
      expect(retained.map(({ topic, retain }) => [topic, retain])).toEqual(
        expect.arrayContaining([
          [`${org}/apps/flows/here`, true],
          [`${org}/apps/flows/last`, true],
        ]),
      ),
    )
    await Promise.all([client.endAsync(), watcher.endAsync()])
  })

  it('has sessions of its own, by its client ids: no device, person or other application meets them', async () => {
    const token = await requestToken(admin, { clientId: 'shared' })
    const person = await connectToken(token)
    const twin = await createApplication(admin, { subscribe: [`${org}/apps/flows/#`] })
    const other = await createOrganization(admin)
    const stranger = await createApplication(other, {})
    const device = await connectDevice(platform, pump)
    const clients = await Promise.all([
      connectApplication(application, { clientId: 'shared' }),
      connectApplication(application, { clientId: 'another' }),
      connectApplication(application, { clientId: 'pump' }),
      connectApplication(application, { clientId: '', protocolVersion: 5 }),
      connectApplication(twin, { clientId: 'shared' }),
      connectApplication(stranger, { clientId: 'shared' }),
    ])
    for (const client of [person, device, ...clients]) {
      await client.subscribeAsync(`${org}/nothing`).catch(() => {})
      expect(client.connected).toBe(true)
    }
    const ended = closed(clients[0])
    await (await connectApplication(application, { clientId: 'shared' })).endAsync()
    await ended
    await Promise.all([person, device, ...clients.slice(1)].map((client) => client.endAsync()))
  })

  it('of another organization reaches no channel of ours, and nor does a key', async () => {
    const other = await createOrganization(admin)
    const all = [`${other.organization}/#`]
    const stranger = await createApplication(other, {
      subscribe: all,
      publish: [`${other.organization}/apps/#`, channels.command.filter({ org: other.organization })],
    })
    const { key } = await other.send<{ key: string }>('POST', '/api/v1/api-keys', { name: 'script' })
    const { urls } = stranger
    const clients = await Promise.all([
      connectApplication(stranger, { protocolVersion: 5 }),
      connectApplication({ urls, username: other.organization, password: key }, { protocolVersion: 5 }),
    ])
    const watcher = await connectToken(await requestToken(admin))
    const seen = await watch(watcher, `${org}/#`)
    const ours = { org, device: 'pump', command: 'c1', app: 'flows', path: 'secret' }
    for (const client of clients) {
      expect(await grantOf(client, all[0] ?? '')).toBe(1)
      for (const channel of Object.values(channels)) {
        expect([channel.address, await grantOf(client, channel.filter({ org }))]).toEqual([
          channel.address,
          0x87,
        ])
        expect([channel.address, await pubackOf(client, channel.topic(ours), restart)]).toEqual([
          channel.address,
          0x87,
        ])
      }
    }
    const writer = await connectApplication(application)
    await writer.publishAsync(`${org}/apps/flows/end`, '"end"', { qos: 1 })
    await eventually(() => expect(seen.map(({ json }) => json)).toContain('end'))
    expect(seen.map(({ text }) => text)).not.toContain(restart)
    await Promise.all([...clients, watcher, writer].map((client) => client.endAsync()))
  })

  it('finds its stored session again, after a restart too, and no other application does', async () => {
    const twin = await createApplication(admin, { subscribe: [`${org}/apps/flows/#`] })
    const topic = `${org}/apps/flows/queue`
    const stored = { clientId: 'stored', clean: false }
    const first = await connectApplication(application, stored)
    await first.subscribeAsync(topic, { qos: 1 })
    await first.endAsync()
    await (await connectApplication(twin, stored)).endAsync()
    const publisher = await connectApplication(application)
    await publisher.publishAsync(topic, '"while away"', { qos: 1 })
    await publisher.endAsync()
    await platform.restart()
    const { client, seen } = resumeApplication(application, stored)
    await eventually(() => expect(seen.map(({ json }) => json)).toEqual(['while away']))
    await client.endAsync()
  })
})

describe('the origins of an application', () => {
  it('are any by default, also those that are none', async () => {
    for (const origin of ['https://example.com', 'file://', 'null'])
      await (await connectApplication(application, { origin })).endAsync()
  })

  it('are those of its list, and a client that names none is let in always', async () => {
    const origins = ['https://chat.example.com']
    const chat = await createApplication(admin, { name: 'Chat', origins })
    await (await connectApplication(chat, { origin: 'https://chat.example.com' })).endAsync()
    await (await connectApplication(chat, { url: platform.mqttWebSocketUrl })).endAsync()
    await (await connectApplication(chat)).endAsync()
    for (const origin of ['https://example.com', 'http://chat.example.com', 'null'])
      expect(await refusalCode(connectApplication(chat, { origin }))).toBe(5)
    const none = await createApplication(admin, { name: 'Chat', origins: [] })
    expect(await refusalCode(connectApplication(none, { origin: 'https://example.com' }))).toBe(5)
    await (await connectApplication(none)).endAsync()
    const { refusals } = await admin.send<{ refusals: { items: { code: string; detail: string }[] } }>(
      'GET',
      '/api/v1/overview',
    )
    expect(JSON.stringify(refusals)).toContain(
      'a page of https://example.com used the application \\"Chat\\"',
    )
    expect(platform.logs()).toContain('its origin is')
  })
})
