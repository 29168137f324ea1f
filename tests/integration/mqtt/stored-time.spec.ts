import {
  isStored,
  storedTimeOf,
  storedValues,
  Telemetry,
  type TelemetryPage,
  type UserProperties,
} from '@heliograph/protocol'
import type { IClientPublishOptions, IPublishPacket, MqttClient } from 'mqtt'
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
} from './support.js'

interface Received {
  payload: string
  properties: UserProperties
  packet: IPublishPacket
}

let platform: Platform
let admin: Administrator

beforeAll(async () => {
  platform = await startPlatform({ env: { LIMITS: 'ingest.samples=8000' } })
  admin = await createAdministrator(platform)
})
afterAll(() => platform?.stop())

/** A device with MQTT 5, and what a person's client of a version gets of its telemetry. */
async function start(version: 4 | 5 = 5) {
  const device = await registerDevice(admin)
  const publisher = await connectDevice(platform, device, { protocolVersion: 5 })
  return { device, publisher, received: await watcherOf(device, version) }
}

async function watcherOf({ credential }: TestDevice, protocolVersion: 4 | 5): Promise<Received[]> {
  const topic = credential.topics.telemetry
  const watcher = await connectToken(await requestToken(admin, { subscribe: [topic] }), { protocolVersion })
  const received: Received[] = []
  watcher.on('message', (_topic, payload, packet) => {
    const properties = packet.properties?.userProperties ?? {}
    received.push({ payload: payload.toString(), properties: { ...properties }, packet })
  })
  await watcher.subscribeAsync(topic, { qos: 1 })
  return received
}

const send = (
  client: MqttClient,
  { credential }: TestDevice,
  payload: unknown,
  options: IClientPublishOptions = { qos: 1 },
) => client.publishAsync(credential.topics.telemetry, JSON.stringify(payload), options)

/** The samples of a device as history has them. */
async function history({ id }: TestDevice) {
  const { items } = await admin.send<TelemetryPage>(
    'GET',
    `/api/v1/devices/${id}/telemetry?from=-1d&limit=10000`,
  )
  return items.map(({ key, ts, value }) => ({ key, ts, value }))
}

/** The samples of a device as they follow from what a subscriber got. */
function drawn(received: readonly Received[]) {
  return received
    .filter(({ properties }) => isStored(properties))
    .flatMap(({ payload, properties }) =>
      storedValues(Telemetry.parse(JSON.parse(payload)), storedTimeOf(properties)),
    )
    .flatMap(({ ts, values }) => Object.entries(values).map(([key, value]) => ({ key, ts, value })))
    .sort((a, b) => a.ts - b.ts || (a.key < b.key ? -1 : 1))
}

/** Keeps the platform from storing telemetry until the returned function is called. */
async function blockStore(): Promise<() => Promise<void>> {
  const blocker = await platform.pool.connect()
  await blocker.query('BEGIN')
  await blocker.query('LOCK TABLE telemetry.latest IN ACCESS EXCLUSIVE MODE')
  return async () => {
    await blocker.query('ROLLBACK')
    blocker.release()
  }
}

describe('the stored time', () => {
  it.each([0, 1, 2] as const)(
    'travels with messages of QoS %d: what follows from them is what is stored',
    async (qos) => {
      const { device, publisher, received } = await start()
      const now = Date.now()
      await send(publisher, device, { a: 1, b: 'x' }, { qos })
      await send(publisher, device, [{ a: 2 }, { ts: now - 60_000.25, values: { a: 3 } }, { a: 4 }], { qos })
      await send(publisher, device, { ts: now - 59_000, values: { a: 5 } }, { qos })
      await eventually(async () => expect(await history(device)).toHaveLength(6))
      await eventually(() => expect(received).toHaveLength(3))
      expect(drawn(received)).toEqual(await history(device))
      expect(received.map(({ properties }) => Object.keys(properties))).toEqual([['time'], ['time'], []])
      expect(received[0]?.payload).toBe('{"a":1,"b":"x"}')
    },
  )

  it('travels with telemetry over HTTP', async () => {
    const { device, received } = await start()
    const { username, password } = device.credential
    const response = await fetch(`${platform.url}/api/v1/devices/${device.id}/telemetry`, {
      method: 'POST',
      headers: { authorization: `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}` },
      body: '[{"a":1},{"a":2}]',
    })
    expect(response.status).toBe(200)
    await eventually(() => expect(received).toHaveLength(1))
    expect(drawn(received)).toEqual(await history(device))
  })

  it('is nothing that a client of MQTT 3.1.1 sees', async () => {
    const { device, publisher, received } = await start(4)
    await send(publisher, device, { a: 1 }, { qos: 1, properties: { userProperties: { unit: 'K' } } })
    await eventually(() => expect(received).toHaveLength(1))
    expect(received[0]?.packet.properties).toBeUndefined()
    expect(received[0]?.payload).toBe('{"a":1}')
  })

  it('is the platform’s, whatever the device pretends, and other properties of the device stay', async () => {
    const { device, publisher, received } = await start()
    const userProperties = { time: '1732990000000.123', stored: 'false', unit: 'K' }
    const properties = { userProperties, contentType: 'application/json' }
    await send(publisher, device, { a: 1 }, { qos: 1, properties })
    await send(publisher, device, { ts: Date.now() - 1_000, values: { a: 2 } }, { qos: 1, properties })
    await eventually(() => expect(received).toHaveLength(2))
    expect(drawn(received)).toEqual(await history(device))
    for (const { properties: all, packet } of received) {
      expect(all.unit).toBe('K')
      expect(packet.properties?.contentType).toBe('application/json')
    }
  })

  it('is told before the message is stored where that takes long, and is that of its commit', async () => {
    const { device, publisher, received } = await start()
    const release = await blockStore()
    try {
      const properties = { userProperties: { unit: 'K' }, contentType: 'application/json' }
      const sent = [1, 2].map((a) => send(publisher, device, [{ a }, { a }], { qos: 1, properties }))
      await eventually(() => expect(received).toHaveLength(2))
      await release()
      await Promise.all(sent)
    } finally {
      await release().catch(() => {})
    }
    expect(drawn(received)).toEqual(await history(device))
    expect(received).toHaveLength(2)
    for (const { properties, packet } of received) {
      expect(properties.unit).toBe('K')
      expect(packet.properties?.contentType).toBe('application/json')
    }
  })

  it('is not told of QoS 0 that is passed on and not stored', async () => {
    const { device, publisher, received } = await start()
    const release = await blockStore()
    const records = Array.from({ length: 900 }, (_, a) => ({ a }))
    try {
      for (let message = 0; message < 4; message += 1) {
        await send(publisher, device, records, { qos: 0 })
        await send(publisher, device, [{ ts: Date.now(), values: { own: message } }, ...records], { qos: 0 })
      }
      await eventually(() => expect(received).toHaveLength(8))
    } finally {
      await release()
    }
    const notStored = received.filter(({ properties }) => !isStored(properties))
    expect(notStored.length).toBeGreaterThan(0)
    for (const { properties } of notStored) expect(properties).toEqual({ stored: 'false' })
    await eventually(async () => expect((await history(device)).length).toBe(drawn(received).length))
    expect(drawn(received)).toEqual(await history(device))
  })
})
