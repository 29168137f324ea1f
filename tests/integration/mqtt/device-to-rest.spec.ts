import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Administrator, createAdministrator } from '../../support/accounts.js'
import { type Platform, startPlatform } from '../../support/platform.js'
import {
  connectDevice,
  connectToken,
  eventually,
  refusalCode,
  registerDevice,
  requestToken,
  watch,
} from './support.js'

interface Items {
  items: { key: string; ts: number; value: unknown }[]
}

let platform: Platform
let admin: Administrator

beforeAll(async () => {
  platform = await startPlatform()
  admin = await createAdministrator(platform)
})
afterAll(() => platform?.stop())

describe('a device that publishes', () => {
  it.each(['tcp', 'ws'] as const)(
    'over %s can be read over REST once it is acknowledged',
    async (transport) => {
      const device = await registerDevice(admin)
      const url = transport === 'tcp' ? platform.mqttTcpUrl : platform.mqttWebSocketUrl
      const client = await connectDevice(platform, device, { url })
      const ts = Date.now() - 5_000
      await client.publishAsync(device.credential.topics.telemetry, JSON.stringify({ temperature: 21.5 }), {
        qos: 1,
      })
      await client.publishAsync(
        device.credential.topics.telemetry,
        JSON.stringify([{ ts, values: { mode: 'eco', on: true } }, { nested: { list: [1, null] } }]),
        { qos: 2 },
      )
      const { items } = await admin.send<Items>('GET', `/api/v1/devices/${device.id}/telemetry/latest`)
      expect(items.map(({ key, value }) => [key, value])).toEqual([
        ['mode', 'eco'],
        ['nested', { list: [1, null] }],
        ['on', true],
        ['temperature', 21.5],
      ])
      expect(items.find(({ key }) => key === 'mode')?.ts).toBe(ts)
      const shown = await admin.send<{ status: string; lastMessageAt: string }>(
        'GET',
        `/api/v1/devices/${device.id}`,
      )
      expect(shown).toMatchObject({ status: 'online', lastMessageAt: expect.any(String) })
      await client.endAsync()
    },
  )

  it('is received once by subscribers', async () => {
    const device = await registerDevice(admin)
    const watcher = await connectToken(await requestToken(admin))
    const messages = await watch(watcher, device.credential.topics.telemetry)
    const client = await connectDevice(platform, device)
    await client.publishAsync(device.credential.topics.telemetry, '{"a":1}', { qos: 0 })
    await client.publishAsync(device.credential.topics.telemetry, '{"a":2}', { qos: 1 })
    await client.publishAsync(device.credential.topics.telemetry, '{"a":3}', { qos: 2 })
    await eventually(() => expect(messages.map(({ json }) => json)).toEqual([{ a: 1 }, { a: 2 }, { a: 3 }]))
    await Promise.all([client.endAsync(), watcher.endAsync()])
  })

  it('gets a notice why a payload or a topic was refused, and stays connected', async () => {
    const device = await registerDevice(admin)
    const { topics } = device.credential
    const client = await connectDevice(platform, device)
    const notices = await watch(client, topics.notices)
    await client.publishAsync(topics.telemetry, '{"a":"\\u0000"}', { qos: 1 })
    await client.publishAsync(topics.telemetry, 'not json', { qos: 1 })
    await client.publishAsync(
      topics.telemetry,
      JSON.stringify({ ts: Date.now() + 2 * 86_400_000, values: { a: 1 } }),
      {
        qos: 2,
      },
    )
    await client.publishAsync(topics.events, '{"level":"loud","message":"x"}', { qos: 1 })
    await client.publishAsync(topics.presence, '{"online":false,"since":1,"reason":"kicked"}', { qos: 1 })
    await eventually(() =>
      expect(notices.map(({ json }) => json)).toEqual([
        expect.objectContaining({ code: 'payload_invalid', topic: topics.telemetry }),
        expect.objectContaining({ code: 'payload_invalid', topic: topics.telemetry }),
        expect.objectContaining({ code: 'timestamp_refused', topic: topics.telemetry }),
        expect.objectContaining({ code: 'payload_invalid', topic: topics.events }),
        expect.objectContaining({ code: 'topic_denied', topic: topics.presence }),
      ]),
    )
    await client.publishAsync(topics.telemetry, '{"a":1}', { qos: 1 })
    const { items } = await admin.send<Items>('GET', `/api/v1/devices/${device.id}/telemetry`)
    expect(items.map(({ value }) => value)).toEqual([1])
    await client.endAsync()
  })

  it('keeps its telemetry when its firmware announces itself and has a will on topics of its own', async () => {
    const device = await registerDevice(admin)
    const { topics } = device.credential
    const watcher = await connectDevice(platform, device, { clientId: `${device.id}:watcher` })
    const notices = await watch(watcher, topics.notices)
    const will = { topic: 'tele/plug/LWT', payload: Buffer.from('Offline'), qos: 1, retain: true } as const
    for (let connect = 1; connect <= 2; connect += 1) {
      const client = await connectDevice(platform, device, { will })
      for (let n = 0; n < 14; n += 1) {
        await client.publishAsync(`homeassistant/sensor/${n}/config`, '{}', { qos: 1, retain: true })
      }
      await client.publishAsync(topics.telemetry, JSON.stringify({ a: connect }), { qos: 1 })
      await client.endAsync()
    }
    const { items } = await admin.send<Items>('GET', `/api/v1/devices/${device.id}/telemetry`)
    expect(items.map(({ value }) => value)).toEqual([1, 2])
    await eventually(() =>
      expect(notices.map(({ json }) => json)).toEqual(
        expect.arrayContaining([
          {
            code: 'topic_denied',
            topic: 'tele/plug/LWT',
            detail: 'this device may not publish to it: it is connected, and its will is not sent',
          },
          expect.objectContaining({ code: 'topic_denied', topic: 'homeassistant/sensor/13/config' }),
        ]),
      ),
    )
    await watcher.endAsync()
  })

  it('may leave out its client id, and have two such connections at once', async () => {
    const device = await registerDevice(admin)
    const { topics } = device.credential
    const clients = [
      await connectDevice(platform, device, { clientId: '' }),
      await connectDevice(platform, device, { clientId: '' }),
    ]
    for (const [index, client] of clients.entries())
      await client.publishAsync(topics.telemetry, JSON.stringify({ a: index }), { qos: 1 })
    const { items } = await admin.send<Items>('GET', `/api/v1/devices/${device.id}/telemetry`)
    expect(items.map(({ value }) => value)).toEqual([0, 1])
    for (const client of clients) await client.endAsync()
  })

  it('has a limited number of keys; samples of known keys are still stored', async () => {
    const device = await registerDevice(admin)
    const { topics } = device.credential
    const client = await connectDevice(platform, device)
    const notices = await watch(client, topics.notices)
    for (let batch = 0; batch < 5; batch += 1) {
      const values = Object.fromEntries(
        Array.from({ length: 200 }, (_, index) => [`k${batch * 200 + index}`, index]),
      )
      await client.publishAsync(topics.telemetry, JSON.stringify(values), { qos: 1 })
    }
    await client.publishAsync(topics.telemetry, '{"one-more":1}', { qos: 1 })
    await eventually(() => expect(notices).toHaveLength(1))
    expect(notices[0]?.json).toMatchObject({
      code: 'payload_invalid',
      detail: expect.stringContaining('1,000'),
    })
    await client.publishAsync(topics.telemetry, '{"k0":42}', { qos: 1 })
    const { items } = await admin.send<Items>('GET', `/api/v1/devices/${device.id}/telemetry/latest`)
    expect(items).toHaveLength(1_000)
    expect(items.find(({ key }) => key === 'k0')?.value).toBe(42)
    await client.endAsync()
  })

  it('is refused with a wrong secret, a wrong user name, or another device’s client id', async () => {
    const device = await registerDevice(admin)
    const other = await registerDevice(admin)
    expect(await refusalCode(connectDevice(platform, device, { password: 'hg_dev_wrong' }))).toBe(4)
    expect(await refusalCode(connectDevice(platform, device, { username: 'unknown' }))).toBe(4)
    expect(await refusalCode(connectDevice(platform, device, { clientId: other.id }))).toBe(2)
    expect(await refusalCode(connectDevice(platform, device, { clientId: `${device.id}:second` }))).toBe(
      'accepted',
    )
  })
})
