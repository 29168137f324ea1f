import { type Device, FleetCounts, fleet, type Overview, type RefusalPage } from '@heliograph/protocol'
import type { MqttClient } from 'mqtt'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Administrator, createAdministrator, createOrganization } from '../../support/accounts.js'
import { createClient, type HttpClient } from '../../support/http-client.js'
import { type Platform, startPlatform } from '../../support/platform.js'
import {
  closed,
  connectDevice,
  connectToken,
  eventually,
  type Message,
  refusalCode,
  registerDevice,
  requestToken,
  watch,
} from './support.js'

let platform: Platform
let acme: Administrator
let other: HttpClient & { organization: string }
let watcher: MqttClient
let otherClient: MqttClient
let heard: Message[]
let heardByOther: Message[]

beforeAll(async () => {
  platform = await startPlatform()
  acme = await createAdministrator(platform)
  other = await createOrganization(acme)
  watcher = await connectToken(await requestToken(acme))
  otherClient = await connectToken(await requestToken(other))
  heard = await watch(watcher, fleet.topic({ org: acme.organization }))
  heardByOther = await watch(otherClient, fleet.topic({ org: other.organization }))
})
afterAll(async () => {
  await watcher?.endAsync()
  await otherClient?.endAsync()
  await platform?.stop()
})

const counts = (messages = heard) => FleetCounts.parse(messages.at(-1)?.json)

describe('the fleet message, each second', () => {
  it('counts devices by status as the list shows them', async () => {
    await registerDevice(acme)
    const online = await registerDevice(acme)
    const quiet = await registerDevice(acme)
    await acme.send('PATCH', `/api/v1/devices/${quiet.id}`, { expectedIntervalSeconds: 1 })
    const gone = await registerDevice(acme)
    const clients = [await connectDevice(platform, online), await connectDevice(platform, quiet)]
    await (await connectDevice(platform, gone)).endAsync()
    await eventually(() =>
      expect(counts()).toMatchObject({
        devices: 4,
        online: 2,
        statuses: { online: 1, quiet: 1, offline: 1, never: 1 },
      }),
    )
    for (const status of ['online', 'quiet', 'offline', 'never']) {
      await eventually(async () => {
        const { items } = await acme.send<{ items: unknown[] }>('GET', `/api/v1/devices?status=${status}`)
        expect(items, status).toHaveLength(1)
      })
    }
    for (const client of clients) await client.endAsync()
  })

  it('has the rates of messages and samples, and the estimate of storage', async () => {
    const device = await registerDevice(acme)
    const client = await connectDevice(platform, device)
    await client.publishAsync(device.credential.topics.telemetry, '{"a":1,"b":2,"c":3}', { qos: 1 })
    await eventually(() => {
      const seen = heard.map(({ json }) => FleetCounts.parse(json))
      const sum = (name: 'messagesPerSecond' | 'samplesPerSecond') =>
        seen.reduce((total, counted) => total + counted[name], 0)
      expect(sum('messagesPerSecond')).toBeGreaterThan(0)
      // A message counts when it arrives and its samples when they are stored, which may be a second later.
      expect(sum('samplesPerSecond')).toBeGreaterThan(2 * sum('messagesPerSecond'))
      expect(seen.at(-1)?.messagesPerSecond).toBe(0)
    })
    expect(counts().store).toMatchObject({ state: 'ok' })
    await eventually(() => expect(counts().storage).not.toBeNull())
    await client.endAsync()
  })

  it('counts refusals by code: of payloads, topics and connections', async () => {
    const device = await registerDevice(acme)
    const client = await connectDevice(platform, device)
    await client.publishAsync(device.credential.topics.telemetry, 'no json', { qos: 1 })
    await client.publishAsync(`${acme.organization}/devices/other/telemetry`, '{"a":1}', { qos: 1 })
    const wrong = { ...device, credential: { ...device.credential, password: 'hg_dev_wrong' } }
    expect(await refusalCode(connectDevice(platform, wrong))).toBe(4)
    expect(await refusalCode(connectDevice(platform, device, { clientId: 'another' }))).toBe(2)
    await eventually(() =>
      expect(counts().refusals).toEqual(
        expect.arrayContaining([
          { code: 'payload_invalid', lastMinute: 1, lastHour: 1 },
          { code: 'topic_denied', lastMinute: 1, lastHour: 1 },
          { code: 'bad_credentials', lastMinute: 1, lastHour: 1 },
          { code: 'wrong_client_id', lastMinute: 1, lastHour: 1 },
        ]),
      ),
    )
    const { refusals } = await acme.send<{ refusals: { code: string; device: string }[] }>(
      'GET',
      '/api/v1/overview',
    )
    expect(refusals.map(({ code }) => code)).toEqual([
      'wrong_client_id',
      'bad_credentials',
      'topic_denied',
      'payload_invalid',
    ])
    for (const refusal of refusals) expect(refusal.device).toBe(device.id)
    await client.endAsync()
  })

  it('lists what each device was refused, which is no last message of it', async () => {
    const device = await registerDevice(acme)
    const { id, credential } = device
    const { username, password, topics } = credential
    const path = `/api/v1/devices/${id}`
    const list = (query = '') => acme.send<RefusalPage>('GET', `${path}/refusals${query}`)
    expect(await list()).toEqual({ items: [], nextCursor: null })

    const wrong = { ...device, credential: { ...credential, password: 'hg_dev_wrong' } }
    expect(await refusalCode(connectDevice(platform, wrong))).toBe(4)
    expect(await refusalCode(connectDevice(platform, wrong))).toBe(4)
    expect(await refusalCode(connectDevice(platform, device, { clientId: 'another' }))).toBe(2)
    const foreign = `${acme.organization}/devices/another/telemetry`
    const will = { topic: `${foreign}/will`, payload: 'gone', qos: 1, retain: false } as const
    const client = await connectDevice(platform, device, { will })
    await client.publishAsync(foreign, '{"a":1}', { qos: 1 })
    await client.publishAsync(topics.telemetry, 'no json', { qos: 1 })
    await client.publishAsync(topics.events, '{"level":"loud"}', { qos: 1 })
    const basic = `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`
    const overHttp = createClient(platform.url, { authorization: basic })
    expect((await overHttp.request('POST', `${path}/telemetry`, [1])).status).toBe(422)
    expect((await overHttp.request('POST', '/api/v1/devices/other/telemetry', { a: 1 })).status).toBe(403)
    const wrongSecret = `Basic ${Buffer.from(`${username}:wrong`).toString('base64')}`
    const refusedOverHttp = createClient(platform.url, { authorization: wrongSecret })
    expect((await refusedOverHttp.request('POST', `${path}/telemetry`, { a: 1 })).status).toBe(401)

    const { items } = await list()
    expect(items).toMatchObject([
      { code: 'bad_credentials', topic: null, count: 3, remoteAddress: '127.0.0.1' },
      { code: 'wrong_device', detail: 'It was sent to device other.', remoteAddress: '127.0.0.1' },
      { code: 'payload_invalid', topic: topics.telemetry, count: 2, remoteAddress: '127.0.0.1' },
      { code: 'payload_invalid', topic: topics.events, count: 1, remoteAddress: '127.0.0.1' },
      { code: 'topic_denied', topic: foreign, count: 1, remoteAddress: '127.0.0.1' },
      { code: 'topic_denied', topic: will.topic, count: 1, remoteAddress: '127.0.0.1' },
      { code: 'wrong_client_id', detail: 'client id "another"', count: 1, remoteAddress: '127.0.0.1' },
    ])
    const pages: RefusalPage['items'] = []
    for (let next: string | null = ''; next !== null; ) {
      const page: RefusalPage = await list(`?limit=4${next === '' ? '' : `&cursor=${next}`}`)
      pages.push(...page.items)
      next = page.nextCursor
    }
    const whole = items.map(({ code, topic, count }) => ({ code, topic, count }))
    expect(pages).toMatchObject(whole)
    expect(pages).toHaveLength(items.length)
    expect(await acme.request('GET', `${path}/refusals?cursor=x`)).toMatchObject({ status: 400 })

    // What is refused is no last message of a device, and yet it tells how wrong the clock is.
    const read = () => acme.send<Device>('GET', path)
    const aheadMs = 10 * 86_400_000
    const ahead = JSON.stringify({ ts: Date.now() + aheadMs, values: { a: 1 } })
    await client.publishAsync(topics.telemetry, ahead, { qos: 1 })
    await eventually(async () =>
      expect((await read()).telemetry.clockSkewMs).toBeGreaterThan(aheadMs - 60_000),
    )
    expect(await list('?limit=1')).toMatchObject({ items: [{ code: 'timestamp_refused' }] })
    expect(await read()).toMatchObject({ lastMessageAt: null, connection: { connected: true } })
    await client.publishAsync(topics.events, '{"level":"info","message":"door opened"}', { qos: 1 })
    await eventually(async () => expect((await read()).lastMessageAt).not.toBeNull())
    await client.endAsync()

    await acme.send('DELETE', path)
    await registerDevice(acme, id)
    expect(await list()).toEqual({ items: [], nextCursor: null })
  })

  it('counts in the list of refusals what the tile counts, with more than 50 different ones', async () => {
    for (let n = 0; n < 4; n += 1) {
      const device = await registerDevice(acme)
      const client = await connectDevice(platform, device)
      for (let other = 0; other < 18; other += 1)
        await client.publishAsync(`${acme.organization}/devices/none-${other}/telemetry`, '1', { qos: 1 })
      await client.endAsync()
    }
    const { fleet, refusals, furtherRefusals } = await acme.send<Overview>('GET', '/api/v1/overview')
    expect(refusals).toHaveLength(50)
    expect(furtherRefusals.devices).toBeGreaterThan(1)
    const sum = (list: { count: number }[]) => list.reduce((total, { count }) => total + count, 0)
    const counted = fleet.refusals.reduce((total, { lastHour }) => total + lastHour, 0)
    expect(sum(refusals) + sum(furtherRefusals.counts)).toBe(counted)
    expect(counted).toBeGreaterThan(4 * 18)
  })

  it('counts what scripts are refused, and nothing of what pages are refused', async () => {
    const others = `${acme.organization}/devices/somebody/telemetry`
    const fleetFilter = `${acme.organization}/fleet`
    const { key } = await acme.send<{ key: string }>('POST', '/api/v1/api-keys', { name: 'script' })
    const script = createClient(platform.url, { authorization: `Bearer ${key}` })
    for (const caller of [acme, script]) {
      const client = await connectToken(await requestToken(caller, { subscribe: [fleetFilter] }))
      await expect(client.subscribeAsync(others)).rejects.toThrow()
      await client.publishAsync(others, '{"a":1}', { qos: 1 })
      await client.endAsync()
    }
    await eventually(() =>
      expect(counts().refusals).toContainEqual({ code: 'not_authorized', lastMinute: 2, lastHour: 2 }),
    )
  })

  it('counts slow consumers', async () => {
    const topic = `${acme.organization}/apps/flood/all`
    const frozen = await connectToken(await requestToken(acme))
    await frozen.subscribeAsync(topic)
    frozen.stream.pause()
    const publisher = await connectToken(await requestToken(acme, { publish: [topic] }))
    const payload = Buffer.alloc(256 * 1024)
    await eventually(async () => {
      for (let n = 0; n < 20; n += 1) await publisher.publishAsync(topic, payload)
      expect(counts().slowConsumers.connections).toBe(1)
      expect(counts().slowConsumers.droppedMessages).toBeGreaterThan(0)
    })
    const read = async () => {
      const overview = await acme.send<{ slowConsumers: { waitingBytes: number }[] }>(
        'GET',
        '/api/v1/overview',
      )
      return overview.slowConsumers
    }
    expect(await read()).toMatchObject([{ clientId: frozen.options.clientId, device: null, topic }])
    // Backlogs are read every two seconds.
    await eventually(async () => expect((await read())[0]?.waitingBytes).toBeGreaterThan(payload.length))
    const ended = closed(frozen)
    frozen.end(true)
    await ended
    await eventually(async () => expect((await read())[0]?.waitingBytes).toBe(0))
    await publisher.endAsync()
  })

  it('is not sent to another organization', async () => {
    const since = heardByOther.length
    await eventually(() => {
      expect(heardByOther.length).toBeGreaterThan(since)
      expect(counts(heardByOther).storage).not.toBeNull()
    })
    expect(counts(heardByOther)).toMatchObject({
      devices: 0,
      online: 0,
      messagesPerSecond: 0,
      samplesPerSecond: 0,
      statuses: { online: 0, quiet: 0, offline: 0, never: 0 },
      refusals: [],
      slowConsumers: { connections: 0, droppedMessages: 0 },
      storage: { bytes: 0, bytesPerDay: 0 },
    })
    const overview = await other.send<object>('GET', '/api/v1/overview')
    expect(overview).toMatchObject({ traffic: [], refusals: [], slowConsumers: [] })
    await expect(otherClient.subscribeAsync(fleet.topic({ org: acme.organization }))).rejects.toThrow()
  })
})
