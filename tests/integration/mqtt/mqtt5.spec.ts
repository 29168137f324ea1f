import type { ErrorWithReasonCode, IClientOptions, IConnackPacket, MqttClient } from 'mqtt'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Administrator, createAdministrator } from '../../support/accounts.js'
import { type Platform, startPlatform } from '../../support/platform.js'
import {
  closed,
  connectDevice,
  connectToken,
  eventually,
  registerDevice,
  requestToken,
  type TestDevice,
  watch,
} from './support.js'

let platform: Platform
let admin: Administrator

beforeAll(async () => {
  platform = await startPlatform()
  admin = await createAdministrator(platform)
})
afterAll(() => platform?.stop())

const five: IClientOptions = { protocolVersion: 5 }

const connect = (device: TestDevice, options: IClientOptions & { url?: string } = {}) =>
  connectDevice(platform, device, { ...five, ...options })

/** The reason code and the reason string with which a client is refused. */
async function refusal(connecting: Promise<MqttClient>): Promise<{ code: number; text: string }> {
  const error = await connecting.then(
    () => new Error('accepted'),
    (reason: Error) => reason,
  )
  const { code, message } = error as ErrorWithReasonCode
  return { code, text: message }
}

function disconnectCode(client: MqttClient): Promise<number | undefined> {
  return new Promise((resolve) => client.once('disconnect', ({ reasonCode }) => resolve(reasonCode)))
}

describe('a client of MQTT 5', () => {
  it.each(['tcp', 'ws'] as const)(
    'over %s publishes telemetry and is present, like any other',
    async (via) => {
      const device = await registerDevice(admin)
      const client = await connect(device, {
        url: via === 'tcp' ? platform.mqttTcpUrl : platform.mqttWebSocketUrl,
      })
      await client.publishAsync(device.credential.topics.telemetry, '{"level":4}', { qos: 1 })
      const { items } = await admin.send<{ items: object[] }>(
        'GET',
        `/api/v1/devices/${device.id}/telemetry/latest`,
      )
      expect(items).toMatchObject([{ key: 'level', value: 4 }])
      const watcher = await connectToken(
        await requestToken(admin, { subscribe: [device.credential.topics.presence] }),
        five,
      )
      const presence = await watch(watcher, device.credential.topics.presence)
      await eventually(() => expect(presence.at(-1)?.json).toMatchObject({ online: true }))
      await client.endAsync()
      await eventually(() =>
        expect(presence.at(-1)?.json).toMatchObject({ online: false, reason: 'client_disconnected' }),
      )
      await watcher.endAsync()
    },
  )

  it('is refused with a code and words that tell no more than it', async () => {
    const device = await registerDevice(admin)
    const { credential } = device
    const wrong = { ...device, credential: { ...credential, password: 'hg_dev_wrong' } }
    const unknown = { ...device, credential: { ...credential, username: 'nobody' } }
    const [first, second] = await Promise.all([refusal(connect(wrong)), refusal(connect(unknown))])
    expect(first).toMatchObject({ code: 0x86 })
    expect(second).toEqual(first)
    expect((await refusal(connect(device, { clientId: 'another' }))).code).toBe(0x85)
  })

  it('without a client id is assigned one of its device', async () => {
    const device = await registerDevice(admin)
    let connack: IConnackPacket | undefined
    const client = await connect(device, { clientId: '' })
    const assigned = new Promise<void>((resolve) => {
      client.once('connect', (packet) => {
        connack = packet
        resolve()
      })
    })
    client.reconnect()
    await assigned
    expect(connack?.properties?.assignedClientIdentifier).toMatch(new RegExp(`^${device.id}:auto-`))
    await client.endAsync()
  })

  it('is told that its credential was revoked, and why a filter is denied', async () => {
    const device = await registerDevice(admin)
    const client = await connect(device)
    const granted = new Promise((resolve) =>
      client.on('packetreceive', (packet) => packet.cmd === 'suback' && resolve(packet.granted)),
    )
    client.subscribe(`${admin.organization}/devices/other/telemetry`)
    expect(await granted).toEqual([0x87])
    const told = disconnectCode(client)
    const gone = closed(client)
    await admin.send('DELETE', `/api/v1/devices/${device.id}/credentials/${device.credential.id}`)
    expect(await told).toBe(0x87)
    await gone
  })

  it('has its delayed will sent after a crash, unless its credential was revoked', async () => {
    const device = await registerDevice(admin)
    const other = await registerDevice(admin)
    const leave = ({ credential }: TestDevice) => ({
      clean: false,
      properties: { sessionExpiryInterval: 600 },
      will: {
        topic: credential.topics.telemetry,
        payload: Buffer.from('{"gone":true}'),
        qos: 1 as const,
        retain: false,
        properties: { willDelayInterval: 3 },
      },
    })
    const clients = await Promise.all([device, other].map((left) => connect(left, leave(left))))
    // Its acknowledgement says that what came before is stored.
    for (const [i, client] of clients.entries())
      await client.subscribeAsync([device, other][i]?.credential.topics.notices ?? '', { qos: 1 })
    const gone = `${admin.organization}/apps/tool/gone`
    const rights = { subscribe: [`${admin.organization}/apps/tool/#`], publish: [gone] }
    const { will, ...stay } = leave(device)
    const left = { ...stay, will: { ...will, topic: gone, payload: Buffer.from('"tool"'), retain: true } }
    const tool = await connectToken(await requestToken(admin, rights), { ...five, ...left })
    await tool.subscribeAsync(`${admin.organization}/apps/tool/x`, { qos: 1 })
    await admin.send('DELETE', `/api/v1/devices/${other.id}/credentials/${other.credential.id}`)
    await platform.kill('SIGKILL')
    await platform.restart()
    const latest = async ({ id }: TestDevice) => {
      const path = `/api/v1/devices/${id}/telemetry/latest`
      return (await admin.send<{ items: object[] }>('GET', path)).items
    }
    await eventually(async () => expect(await latest(device)).toMatchObject([{ key: 'gone', value: true }]))
    expect(await latest(other)).toEqual([])
    const watcher = await connectToken(await requestToken(admin, rights))
    const messages = await watch(watcher, gone)
    await eventually(() => expect(messages).toMatchObject([{ text: '"tool"' }]))
    await watcher.endAsync()
    for (const client of [...clients, tool]) client.end(true)
  })
})
