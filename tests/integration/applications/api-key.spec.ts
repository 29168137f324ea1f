import { once } from 'node:events'
import net from 'node:net'
import mqtt, { type IClientOptions, type MqttClient } from 'mqtt'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Administrator, createAdministrator, createMember } from '../../support/accounts.js'
import { createClient } from '../../support/http-client.js'
import { type Platform, startPlatform } from '../../support/platform.js'
import {
  closed,
  connectDevice,
  connectToken,
  eventually,
  record,
  refusalCode,
  registerDevice,
  requestToken,
  watch,
} from '../mqtt/support.js'
import { apiKey } from '../rest/callers.js'
import { grantOf } from './support.js'

let platform: Platform
let admin: Administrator
let org: string

beforeAll(async () => {
  platform = await startPlatform()
  admin = await createAdministrator(platform)
  org = admin.organization
})
afterAll(() => platform?.stop())

function connect(password: string, options: IClientOptions & { url?: string } = {}): Promise<MqttClient> {
  const { url = platform.mqttTcpUrl, ...more } = options
  const all = { protocolVersion: 4, reconnectPeriod: 0, username: org, password, ...more } as const
  return mqtt.connectAsync(url, all, false)
}

/** The reason code of a CONNECT of MQTT 5 with a password alone, which MQTT.js does not send. */
async function connackWithoutUserName(password: string): Promise<number | undefined> {
  const socket = net.connect(platform.mqttPort, '127.0.0.1')
  const head = Buffer.from([0, 4, ...Buffer.from('MQTT'), 5, 0x42, 0, 60, 0, 0, 0])
  const body = Buffer.concat([head, Buffer.from([0, password.length]), Buffer.from(password)])
  socket.write(Buffer.concat([Buffer.from([0x10, body.length]), body]))
  const [connack] = (await once(socket, 'data')) as [Buffer]
  socket.destroy()
  return connack.at(3)
}

describe('an API key as the password of MQTT', () => {
  it.each([4, 5] as const)('watches its organization, in version %i', async (protocolVersion) => {
    const { key } = await apiKey(platform, admin, 'viewer')
    const device = await registerDevice(admin)
    const client = await connect(key, { protocolVersion })
    const seen = await watch(client, `${org}/devices/+/telemetry`)
    const sender = await connectDevice(platform, device)
    await sender.publishAsync(device.credential.topics.telemetry, '{"a":1}', { qos: 1 })
    await eventually(() => expect(seen.map(({ json }) => json)).toEqual([{ a: 1 }]))
    await Promise.all([client.endAsync(), sender.endAsync()])
  })

  it('has the slug of its organization as the user name, or none, and any client id and origin', async () => {
    const { key, id } = await apiKey(platform, admin)
    for (const username of [id, 'other', '']) expect(await refusalCode(connect(key, { username }))).toBe(4)
    expect(await refusalCode(connect(`${key}x`))).toBe(4)
    const wsOptions = { headers: { origin: 'https://example.com' } }
    const clients = await Promise.all([
      connect(key, { clientId: 'Telegraf-1' }),
      connect(key, { clientId: '', protocolVersion: 5 }),
      connect(key, { url: platform.mqttWebSocketUrl, wsOptions }),
    ])
    await Promise.all(clients.map((client) => client.endAsync()))
    expect(await connackWithoutUserName(key)).toBe(0)
    expect(await connackWithoutUserName(`${key}x`)).toBe(0x86)
  })

  it('reaches no other organization, and publishes below apps when its role may', async () => {
    const watcher = await connectToken(await requestToken(admin))
    const seen = await watch(watcher, `${org}/apps/#`)
    await watcher.subscribeAsync(`${org}/devices/+/commands/#`)
    const viewer = await connect((await apiKey(platform, admin, 'viewer')).key, { protocolVersion: 5 })
    const operator = await connect((await apiKey(platform, admin, 'operator')).key, { protocolVersion: 5 })
    for (const client of [viewer, operator]) {
      for (const filter of ['#', '$SYS/#', 'other/#']) expect(await grantOf(client, filter)).toBe(0x87)
      expect(await grantOf(client, `${org}/#`)).toBe(1)
    }
    const publish = (client: MqttClient, topic: string, text: string) =>
      client.publishAsync(topic, JSON.stringify(text), { qos: 1 }).catch(() => {})
    await publish(viewer, `${org}/apps/chat/a`, 'of a viewer')
    await publish(operator, `${org}/devices/x/commands/y/request`, 'no command')
    await publish(operator, `${org}/apps/chat/a`, 'of an operator')
    await eventually(() => expect(seen.map(({ json }) => json)).toEqual(['of an operator']))
    await Promise.all([viewer, operator, watcher].map((client) => client.endAsync()))
  })

  it('has sessions of its own, which end with it', async () => {
    const one = await apiKey(platform, admin)
    const two = await apiKey(platform, admin)
    const token = await requestToken(admin, { clientId: 'shared' })
    const [person, first, second] = await Promise.all([
      connectToken(token),
      connect(one.key, { clientId: 'shared', clean: false }),
      connect(two.key, { clientId: 'shared' }),
    ])
    await first.subscribeAsync(`${org}/apps/x/y`, { qos: 1 })
    const ended = closed(first)
    await admin.send('DELETE', `/api/v1/api-keys/${one.id}`)
    await ended
    expect([person.connected, second.connected]).toEqual([true, true])
    expect(await refusalCode(connect(one.key))).toBe(4)
    const { rows } = await platform.pool.query('SELECT FROM broker.session WHERE owner = $1', [
      `apiKey ${one.id}`,
    ])
    expect(rows).toEqual([])
    await Promise.all([person.endAsync(), second.endAsync()])
  })

  it('loses what the person behind it loses, at once', async () => {
    const member = await createMember(platform, admin, 'admin')
    const { key } = await member.send<{ key: string }>('POST', '/api/v1/api-keys', { name: 'script' })
    const client = await connect(key)
    const ended = closed(client)
    await admin.send('PATCH', `/api/v1/members/${member.id}`, { role: 'viewer' })
    await ended
    const demoted = await connect(key)
    const seen = record(demoted)
    await demoted.subscribeAsync(`${org}/apps/#`)
    await demoted.publishAsync(`${org}/apps/chat/a`, '"after"', { qos: 1 })
    const writer = await connect((await apiKey(platform, admin)).key)
    await writer.publishAsync(`${org}/apps/chat/a`, '"end"', { qos: 1 })
    await eventually(() => expect(seen.map(({ json }) => json)).toEqual(['end']))
    const gone = closed(demoted)
    await admin.send('DELETE', `/api/v1/members/${member.id}`)
    await gone
    expect(await refusalCode(connect(key))).toBe(4)
    await writer.endAsync()
  })

  it('is refused without the scope to subscribe, and publishes with the scope for it only', async () => {
    const keyWith = async (...scopes: string[]) =>
      (await admin.send<{ key: string }>('POST', '/api/v1/api-keys', { name: 'scoped', scopes })).key
    expect(await refusalCode(connect(await keyWith('telemetry.read')))).toBe(5)
    const watcher = await connect(await keyWith('topics.subscribe'))
    const seen = await watch(watcher, `${org}/apps/scopes/#`)
    await watcher.publishAsync(`${org}/apps/scopes/a`, '"not granted"', { qos: 1 })
    const writer = await connect(await keyWith('topics.subscribe', 'apps.publish'))
    await writer.publishAsync(`${org}/apps/scopes/a`, '"granted"', { qos: 1 })
    await eventually(() => expect(seen.map(({ json }) => json)).toEqual(['granted']))
    await Promise.all([watcher.endAsync(), writer.endAsync()])
  })

  it('with a tag limit sees the devices that have the tag, until they lose it', async () => {
    for (const [id, tags] of [
      ['seen', ['site-1']],
      ['unseen', ['site-2']],
    ] as const)
      await admin.send('POST', '/api/v1/devices', { name: id, id, tags })
    const { key } = await admin.send<{ key: string }>('POST', '/api/v1/api-keys', {
      name: 'contractor',
      role: 'viewer',
      tags: ['site-1'],
    })
    const client = await connect(key, { protocolVersion: 5 })
    expect(await grantOf(client, `${org}/devices/seen/telemetry`)).toBe(1)
    for (const filter of [`${org}/devices/unseen/telemetry`, `${org}/devices/+/telemetry`, `${org}/apps/#`])
      expect([filter, await grantOf(client, filter)]).toEqual([filter, 0x87])
    const ended = closed(client)
    await admin.send('PATCH', '/api/v1/devices/seen', { tags: ['site-2'] })
    await ended
    const again = await connect(key, { protocolVersion: 5 })
    expect(await grantOf(again, `${org}/devices/seen/telemetry`)).toBe(0x87)
    await again.endAsync()
  })

  it('works for the overlap after a rotation, and no longer', async () => {
    const script = await apiKey(platform, admin)
    const client = await connect(script.key)
    const ended = closed(client)
    const path = `/api/v1/api-keys/${script.id}/rotate`
    const rotated = await admin.send<{ key: string }>('POST', path, { overlapSeconds: 5 })
    expect(client.connected).toBe(true)
    const later = await connect(script.key)
    const laterEnded = closed(later)
    const current = await connect(rotated.key)
    await Promise.all([ended, laterEnded])
    expect(await refusalCode(connect(script.key))).toBe(4)
    expect(current.connected).toBe(true)
    await current.endAsync()
  })

  it('leaves a will that is sent after a restart, and is refused when it has expired', async () => {
    const script = await apiKey(platform, admin)
    const will = {
      topic: `${org}/apps/chat/will`,
      payload: '"gone"',
      qos: 1,
      retain: true,
      properties: { willDelayInterval: 2 },
    } as const
    const properties = { sessionExpiryInterval: 600 }
    const client = await connect(script.key, { clientId: 'leaver', protocolVersion: 5, will, properties })
    const watcher = createClient(platform.url, {
      authorization: `Bearer ${(await apiKey(platform, admin)).key}`,
    })
    client.stream.destroy()
    await platform.restart()
    const seen = await watch(await connectToken(await requestToken(watcher)), `${org}/apps/chat/will`)
    await eventually(() => expect(seen.map(({ json }) => json)).toEqual(['gone']))
    await platform.pool.query('UPDATE api_key SET expires_at = now() WHERE id = $1', [script.id])
    expect(await refusalCode(connect(script.key))).toBe(4)
  })
})
