import mqtt from 'mqtt'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Administrator, createAdministrator, createOrganization } from '../../support/accounts.js'
import { createClient, type HttpClient } from '../../support/http-client.js'
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
  type TestDevice,
  uniqueId,
  watch,
} from './support.js'

let platform: Platform
let acme: Administrator
let other: HttpClient & { organization: string }

beforeAll(async () => {
  platform = await startPlatform()
  acme = await createAdministrator(platform)
  other = await createOrganization(acme)
})
afterAll(() => platform?.stop())

async function twins(): Promise<[TestDevice, TestDevice]> {
  const id = uniqueId()
  return [await registerDevice(acme, id), await registerDevice(other, id)]
}

const valuesOf = async (client: HttpClient, { id }: TestDevice) => {
  const { items } = await client.send<{ items: { value: unknown }[] }>(
    'GET',
    `/api/v1/devices/${id}/telemetry`,
  )
  return items.map(({ value }) => value)
}

describe('two organizations with the same device id', () => {
  it('do not end each other’s connections, and share neither telemetry nor presence', async () => {
    const [here, there] = await twins()
    const first = await connectDevice(platform, here)
    const second = await connectDevice(platform, there)
    await first.publishAsync(here.credential.topics.telemetry, '{"a":1}', { qos: 1 })
    await second.publishAsync(there.credential.topics.telemetry, '{"a":2}', { qos: 1 })
    expect(await valuesOf(acme, here)).toEqual([1])
    expect(await valuesOf(other, there)).toEqual([2])
    const ended = closed(second)
    await other.send('DELETE', `/api/v1/devices/${there.id}`)
    await ended
    expect(first.connected).toBe(true)
    await first.publishAsync(here.credential.topics.telemetry, '{"a":3}', { qos: 1 })
    expect(await valuesOf(acme, here)).toEqual([1, 3])
    await first.endAsync()
  })

  it('do not get each other’s stored sessions', async () => {
    const [here, there] = await twins()
    const before = await connectDevice(platform, here, { clean: false })
    await before.subscribeAsync(here.credential.topics.notices, { qos: 1 })
    await before.endAsync()
    const twin = await connectDevice(platform, there, { clean: false })
    const received = record(twin)
    await twin.publishAsync(there.credential.topics.telemetry, 'not json', { qos: 1 })
    await twin.publishAsync(there.credential.topics.telemetry, '{"a":1}', { qos: 1 })
    const anchor = await watch(twin, there.credential.topics.telemetry)
    await twin.publishAsync(there.credential.topics.telemetry, '{"a":2}', { qos: 1 })
    await eventually(() => expect(anchor).toHaveLength(1))
    expect(received.map(({ topic }) => topic)).toEqual([there.credential.topics.telemetry])
    await twin.endAsync()
  })

  it('leave no stored session to a device that is registered again with the id', async () => {
    const device = await registerDevice(acme)
    const before = await connectDevice(platform, device, { clean: false })
    await before.subscribeAsync(device.credential.topics.notices, { qos: 1 })
    await before.endAsync()
    await acme.send('DELETE', `/api/v1/devices/${device.id}`)
    const anew = await registerDevice(acme, device.id)
    const client = await connectDevice(platform, anew, { clean: false })
    const received = record(client)
    await client.publishAsync(anew.credential.topics.telemetry, 'not json', { qos: 1 })
    const own = await watch(client, anew.credential.topics.telemetry)
    await client.publishAsync(anew.credential.topics.telemetry, '{"a":1}', { qos: 1 })
    await eventually(() => expect(own).toHaveLength(1))
    expect(received.map(({ topic }) => topic)).toEqual([anew.credential.topics.telemetry])
    await client.endAsync()
  })
})

describe('ids with colons and dots', () => {
  it.each(['AA:BB:CC:DD:EE:FF', 'v1.2'])('are ids like others, over MQTT, REST and HTTP: %s', async (id) => {
    const device = await registerDevice(acme, id)
    expect(device.credential).toMatchObject({
      clientId: id,
      topics: { telemetry: `${acme.organization}/devices/${id}/telemetry` },
    })
    const watcher = await connectToken(await requestToken(acme))
    const seen = await watch(watcher, device.credential.topics.telemetry)
    for (const clientId of [id, `${id}:suffix`, '']) {
      const client = await connectDevice(platform, device, { clientId })
      await client.publishAsync(device.credential.topics.telemetry, '{"a":1}', { qos: 1 })
      await client.endAsync()
    }
    const { username, password } = device.credential
    const http = createClient(platform.url, { authorization: `Basic ${btoa(`${username}:${password}`)}` })
    await http.send('POST', `/api/v1/devices/${encodeURIComponent(id)}/telemetry`, { a: 2 })
    expect(await valuesOf(acme, device)).toEqual([1, 1, 1, 2])
    await eventually(() =>
      expect(seen.map(({ json }) => json)).toEqual([{ a: 1 }, { a: 1 }, { a: 1 }, { a: 2 }]),
    )
    expect(await acme.send('GET', `/api/v1/devices/${encodeURIComponent(id)}`)).toMatchObject({ id })
    expect(await refusalCode(connectDevice(platform, device, { clientId: id.slice(0, 2) }))).toBe(2)
    const csv = await acme.request('GET', `/api/v1/devices/${id}/telemetry?format=csv`)
    expect(csv.headers.get('content-disposition')).toBe(
      `attachment; filename="${id.replaceAll(':', '-')}-telemetry.csv"`,
    )
    const many = await acme.send<{ items: unknown[] }>('GET', `/api/v1/telemetry/latest?devices=${id}`)
    expect(many.items).toMatchObject([{ device: id, key: 'a', value: 2 }])
    await acme.send('DELETE', `/api/v1/devices/${id}`)
    await watcher.endAsync()
  })

  it.each(['.', '..', '...'])('are not of dots alone: %s', async (id) => {
    const response = await acme.request('POST', '/api/v1/devices', { name: 'x', id })
    expect(response.status).toBe(400)
    expect(await response.json()).toMatchObject({
      errors: [{ path: 'id', message: expect.stringContaining('dots alone') }],
    })
  })

  it('never share a session: device a with the client id a:b, and device a:b', async () => {
    const id = uniqueId()
    const [short, long] = [await registerDevice(acme, id), await registerDevice(acme, `${id}:b`)]
    const clientId = `${id}:b`
    const stored = { clean: false, clientId }
    const first = await connectDevice(platform, short, stored)
    const second = await connectDevice(platform, long, stored)
    const [ofFirst, ofSecond] = [
      await watch(first, short.credential.topics.telemetry),
      await watch(second, long.credential.topics.telemetry),
    ]
    await first.publishAsync(short.credential.topics.telemetry, '{"a":1}', { qos: 1 })
    await second.publishAsync(long.credential.topics.telemetry, '{"a":2}', { qos: 1 })
    await eventually(() => expect([ofFirst, ofSecond].map(({ length }) => length)).toEqual([1, 1]))
    expect([first.connected, second.connected]).toEqual([true, true])
    expect([ofFirst[0]?.json, ofSecond[0]?.json]).toEqual([{ a: 1 }, { a: 2 }])
    await Promise.all([first.endAsync(), second.endAsync()])

    // Each finds its own stored session again, also when the other device is gone.
    await acme.send('DELETE', `/api/v1/devices/${short.id}`)
    const publisher = await connectDevice(platform, long, { clientId: `${clientId}:publisher` })
    await publisher.publishAsync(long.credential.topics.telemetry, '{"a":3}', { qos: 1 })
    const back = mqtt.connect(platform.mqttTcpUrl, {
      ...stored,
      username: long.credential.username,
      password: long.credential.password,
      reconnectPeriod: 0,
    })
    const waited = record(back)
    await eventually(() => expect(waited.map(({ json }) => json)).toEqual([{ a: 3 }]))
    await Promise.all([back.endAsync(), publisher.endAsync()])
  })
})

describe('a device that is registered again with an id', () => {
  it('gets neither retained messages nor the will of the deleted device', async () => {
    const gone = await registerDevice(acme)
    const { topics } = gone.credential
    const client = await connectDevice(platform, gone, {
      will: {
        topic: topics.events,
        payload: Buffer.from('{"level":"info","message":"gone"}'),
        qos: 1,
        retain: true,
      },
    })
    await client.publishAsync(topics.telemetry, '{"a":1}', { qos: 1, retain: true })
    await client.publishAsync(topics.reported, '{"a":1}', { qos: 1, retain: true })
    const ended = closed(client)
    await acme.send('DELETE', `/api/v1/devices/${gone.id}`)
    await ended
    const anew = await registerDevice(acme, gone.id)
    const watcher = await connectToken(await requestToken(acme))
    const seen = await watch(watcher, `${acme.organization}/devices/${gone.id}/#`)
    const successor = await connectDevice(platform, anew)
    await successor.publishAsync(topics.telemetry, '{"b":2}', { qos: 1 })
    await eventually(() => expect(seen.map(({ json }) => json)).toContainEqual({ b: 2 }))
    expect(seen.filter(({ topic, retain }) => retain && topic !== topics.presence)).toEqual([])
    expect(seen.map(({ topic }) => topic)).not.toContain(topics.events)
    await Promise.all([watcher.endAsync(), successor.endAsync()])
  })
})

describe('another organization’s topics', () => {
  it('cannot be subscribed to, by a device or a person, nor $SYS', async () => {
    const [here, there] = await twins()
    const device = await connectDevice(platform, here)
    const person = await connectToken(await requestToken(acme))
    const filters = [
      there.credential.topics.telemetry,
      `${other.organization}/#`,
      `+/devices/${there.id}/telemetry`,
      '#',
      '+/#',
      '$SYS/#',
      '$SYS/+/clients/#',
      `$share/group/${other.organization}/#`,
    ]
    for (const client of [device, person]) {
      for (const filter of filters) {
        await expect(client.subscribeAsync(filter), filter).rejects.toThrow()
      }
    }
    await Promise.all([device.endAsync(), person.endAsync()])
  })

  it('cannot be published to, retained or not, and a will there is dropped', async () => {
    const [here, there] = await twins()
    const watcher = await connectToken(await requestToken(other))
    const seen = await watch(watcher, `${other.organization}/#`)
    const device = await connectDevice(platform, here)
    await device.publishAsync(there.credential.topics.telemetry, '{"a":1}', { qos: 1 })
    await device.publishAsync(there.credential.topics.telemetry, '{"a":1}', { qos: 1, retain: true })
    await device.publishAsync(`${other.organization}/apps/chat/all`, 'hello', { qos: 1, retain: true })
    const will = {
      topic: there.credential.topics.telemetry,
      payload: Buffer.from('{"a":2}'),
      qos: 1,
      retain: true,
    } as const
    const willing = await connectDevice(platform, here, { clientId: `${here.id}:will`, will })
    await willing.endAsync(true)

    const legitimate = await connectDevice(platform, there)
    await legitimate.publishAsync(there.credential.topics.telemetry, '{"a":3}', { qos: 1 })
    await eventually(() => expect(seen.some(({ text }) => text === '{"a":3}')).toBe(true))
    expect(seen.filter(isNotOfPlatform).map(({ text }) => text)).toEqual(['{"a":3}'])
    const newcomer = await connectToken(await requestToken(other))
    const retained = await watch(newcomer, `${other.organization}/#`)
    await eventually(() =>
      expect(retained.some(({ topic }) => topic === there.credential.topics.presence)).toBe(true),
    )
    expect(retained.filter(isNotOfPlatform)).toEqual([])
    await Promise.all([device.endAsync(), legitimate.endAsync(), watcher.endAsync(), newcomer.endAsync()])
  })

  it('cannot be reached by taking over a connection', async () => {
    const [here, there] = await twins()
    const victim = await connectDevice(platform, there)
    const names = [there.id, `${there.id}:x`, `${other.organization}/d/${there.id}`]
    for (const clientId of names) {
      await refusalCode(connectDevice(platform, here, { clientId }))
      expect(victim.connected).toBe(true)
    }
    await victim.publishAsync(there.credential.topics.telemetry, '{"a":1}', { qos: 1 })
    expect(await valuesOf(other, there)).toEqual([1])
    await victim.endAsync()
  })
})

describe('another device’s topics', () => {
  it('cannot be subscribed to or published to by a device', async () => {
    const device = await registerDevice(acme)
    const neighbour = await registerDevice(acme)
    const client = await connectDevice(platform, device)
    await expect(client.subscribeAsync(neighbour.credential.topics.telemetry)).rejects.toThrow()
    await expect(client.subscribeAsync(`${acme.organization}/devices/+/telemetry`)).rejects.toThrow()
    await expect(client.subscribeAsync(`${acme.organization}/fleet`)).rejects.toThrow()
    await client.publishAsync(neighbour.credential.topics.telemetry, '{"a":1}', { qos: 1 })
    expect(await valuesOf(acme, neighbour)).toEqual([])
    await client.endAsync()
  })
})

/** Presence and the fleet message are published by the platform itself. */
function isNotOfPlatform({ topic }: { topic: string }): boolean {
  return !topic.endsWith('/presence') && topic !== `${other.organization}/fleet`
}
