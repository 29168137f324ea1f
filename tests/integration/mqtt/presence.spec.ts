import net from 'node:net'
import type { Overview, PresencePage, RefusalPage } from '@heliograph/protocol'
import mqtt, { type MqttClient } from 'mqtt'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Administrator, createAdministrator } from '../../support/accounts.js'
import { type Platform, startPlatform } from '../../support/platform.js'
import {
  closed,
  connectDevice,
  connectToken,
  eventually,
  type Message,
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

/** The changes that a subscriber received. */
async function observe(device: TestDevice): Promise<{ seen: Message[]; watcher: MqttClient }> {
  const watcher = await connectToken(await requestToken(admin))
  return { seen: await watch(watcher, device.credential.topics.presence), watcher }
}

const changes = (messages: Message[]) =>
  messages.map(({ json }) => {
    const { online, reason } = json as { online: boolean; reason: string }
    return `${online ? 'online' : 'offline'} ${reason}`
  })

/** The presence in the database, over REST and in the retained message, which must agree. */
async function expectFinally(device: TestDevice, online: boolean, reason: string): Promise<void> {
  await eventually(async () => {
    const { connection } = await admin.send<{ connection: object }>('GET', `/api/v1/devices/${device.id}`)
    expect(connection).toMatchObject({ connected: online, reason })
  })
  const newcomer = await connectToken(await requestToken(admin))
  const retained = await watch(newcomer, device.credential.topics.presence)
  await eventually(() => expect(retained).toMatchObject([{ retain: true, json: { online, reason } }]))
  await newcomer.endAsync()
}

const history = async (device: TestDevice) =>
  (await admin.send<PresencePage>('GET', `/api/v1/devices/${device.id}/presence`)).items
const refusals = async (device: TestDevice) =>
  (await admin.send<RefusalPage>('GET', `/api/v1/devices/${device.id}/refusals`)).items

describe('presence', () => {
  it('reports a clean disconnect', async () => {
    const device = await registerDevice(admin)
    const { seen, watcher } = await observe(device)
    const client = await connectDevice(platform, device)
    await expectFinally(device, true, 'connected')
    await client.endAsync()
    await eventually(() => expect(changes(seen)).toEqual(['online connected', 'offline client_disconnected']))
    await expectFinally(device, false, 'client_disconnected')
    await watcher.endAsync()
  })

  it('reports a lost connection', async () => {
    const device = await registerDevice(admin)
    const { seen, watcher } = await observe(device)
    const client = await connectDevice(platform, device)
    client.stream.destroy()
    await eventually(() => expect(changes(seen)).toEqual(['online connected', 'offline connection_lost']))
    await expectFinally(device, false, 'connection_lost')
    await watcher.endAsync()
  })

  it('reports a keep-alive timeout', async () => {
    const device = await registerDevice(admin)
    const { seen, watcher } = await observe(device)
    const socket = silentConnection(device, 1)
    await eventually(() => expect(changes(seen)).toEqual(['online connected', 'offline keep_alive_timeout']))
    await expectFinally(device, false, 'keep_alive_timeout')
    socket.destroy()
    await watcher.endAsync()
  })

  it('does not change when a connection is taken over many times', async () => {
    const device = await registerDevice(admin)
    const { seen, watcher } = await observe(device)
    let current = await connectDevice(platform, device)
    for (let round = 0; round < 10; round += 1) {
      const ended = closed(current)
      current = await connectDevice(platform, device)
      await ended
    }
    await expectFinally(device, true, 'connected')
    await current.endAsync()
    await eventually(() => expect(changes(seen)).toEqual(['online connected', 'offline client_disconnected']))
    await expectFinally(device, false, 'client_disconnected')
    expect(await history(device)).toMatchObject([
      { online: false, takeOvers: 0 },
      { online: true, takeOvers: 10 },
    ])
    await watcher.endAsync()
  })

  it('names two clients with one client id, and has them as one row with a count', async () => {
    const device = await registerDevice(admin)
    const { clientId, username, password } = device.credential
    const options = { clientId, username, password, protocolVersion: 4, reconnectPeriod: 100 } as const
    const clients = [mqtt.connect(platform.mqttTcpUrl, options), mqtt.connect(platform.mqttTcpUrl, options)]
    await eventually(async () => {
      const [refusal, ...others] = await refusals(device)
      expect(others).toEqual([])
      expect(refusal).toMatchObject({ code: 'duplicate_client_id', device: device.id, topic: null })
      expect(refusal).toMatchObject({ remoteAddress: '127.0.0.1', detail: expect.stringContaining(clientId) })
      expect(refusal?.count).toBeGreaterThan(5)
    })
    const [connected, ...earlier] = await history(device)
    expect(connected).toMatchObject({ online: true, reason: 'connected' })
    expect(connected?.takeOvers).toBeGreaterThan(5)
    expect(earlier).toEqual([])
    const overview = await admin.send<Overview>('GET', '/api/v1/overview')
    expect(overview.refusals).toContainEqual(expect.objectContaining({ code: 'duplicate_client_id' }))

    for (const client of clients) client.end(true)
    await expectFinally(device, false, 'connection_lost')
    await eventually(async () => {
      const [{ count } = { count: 0 }] = await refusals(device)
      // The client that waits for its next attempt may come once more as the other one ends, after it went offline.
      const takeOvers = (await history(device)).map((change) => change.takeOvers)
      expect(takeOvers.reduce((sum, one) => sum + one, 0)).toBe(count)
    })
  })

  it('says nothing of a client that comes back after a change of its network', async () => {
    const device = await registerDevice(admin)
    const before = await connectDevice(platform, device)
    const ended = closed(before)
    const client = await connectDevice(platform, device)
    await ended
    await eventually(async () => expect(await history(device)).toMatchObject([{ takeOvers: 1 }]))
    expect(await refusals(device)).toEqual([])
    await client.endAsync()
  })

  it('stays online while any of several connections of a device is up', async () => {
    const device = await registerDevice(admin)
    const { seen, watcher } = await observe(device)
    const first = await connectDevice(platform, device)
    const second = await connectDevice(platform, device, { clientId: `${device.id}:second` })
    await first.endAsync()
    await expectFinally(device, true, 'connected')
    await second.endAsync()
    await eventually(() => expect(changes(seen)).toEqual(['online connected', 'offline client_disconnected']))
    await watcher.endAsync()
  })

  it('is right after many quick connects and disconnects, and has each in the history', async () => {
    const device = await registerDevice(admin)
    const { seen, watcher } = await observe(device)
    for (let round = 0; round < 15; round += 1) await (await connectDevice(platform, device)).endAsync()
    await eventually(() => expect(seen).toHaveLength(30))
    expect(changes(seen).at(-1)).toBe('offline client_disconnected')
    await expectFinally(device, false, 'client_disconnected')
    await eventually(async () => {
      const { items } = await admin.send<{ items: { online: boolean }[] }>(
        'GET',
        `/api/v1/devices/${device.id}/presence`,
      )
      expect(items.map(({ online }) => online)).toEqual(
        Array.from({ length: 30 }, (_, index) => index % 2 === 1),
      )
    })
    await watcher.endAsync()
  })

  it('ends when the credential is revoked', async () => {
    const device = await registerDevice(admin)
    const { seen, watcher } = await observe(device)
    const client = await connectDevice(platform, device)
    const ended = closed(client)
    await admin.send('DELETE', `/api/v1/devices/${device.id}/credentials/${device.credential.id}`)
    await ended
    await eventually(() => expect(changes(seen)).toEqual(['online connected', 'offline credential_revoked']))
    await expectFinally(device, false, 'credential_revoked')
    await watcher.endAsync()
  })

  it('is deleted with the device, with its retained message', async () => {
    const device = await registerDevice(admin)
    const { seen, watcher } = await observe(device)
    const client = await connectDevice(platform, device)
    const ended = closed(client)
    await admin.send('DELETE', `/api/v1/devices/${device.id}`)
    await ended
    await eventually(() => expect(seen.at(-1)?.text).toBe(''))
    expect(seen).toHaveLength(2)

    const again = await registerDevice(admin, device.id)
    const newcomer = await connectToken(await requestToken(admin))
    const retained = await watch(newcomer, again.credential.topics.presence)
    const anew = await connectDevice(platform, again)
    await eventually(() => expect(retained).toMatchObject([{ retain: false, json: { online: true } }]))
    await Promise.all([anew.endAsync(), newcomer.endAsync(), watcher.endAsync()])
  })

  it('is right after a planned stop and after a crash', async () => {
    const stopped = await registerDevice(admin)
    const away = await registerDevice(admin)
    await (await connectDevice(platform, away)).endAsync()
    await expectFinally(away, false, 'client_disconnected')
    await connectDevice(platform, stopped)
    await platform.restart()
    await expectFinally(stopped, false, 'server_stopping')
    await expectFinally(away, false, 'client_disconnected')

    const crashed = await connectDevice(platform, stopped)
    const ended = closed(crashed)
    await expectFinally(stopped, true, 'connected')
    await platform.kill('SIGKILL')
    await ended
    await platform.restart()
    await expectFinally(stopped, false, 'server_restarted')
    await expectFinally(away, false, 'client_disconnected')
  })
})

/** Sends a CONNECT of MQTT 3.1.1 (section 3.1) with a keep alive, and then nothing. */
function silentConnection({ credential }: TestDevice, keepAliveSeconds: number): net.Socket {
  const field = (text: string) => {
    const bytes = Buffer.from(text)
    return Buffer.concat([Buffer.from([bytes.length >> 8, bytes.length & 255]), bytes])
  }
  const body = Buffer.concat([
    field('MQTT'),
    Buffer.from([4, 0b1100_0010, 0, keepAliveSeconds]),
    field(credential.clientId),
    field(credential.username),
    field(credential.password),
  ])
  const length = body.length < 128 ? [body.length] : [(body.length & 127) | 128, body.length >> 7]
  const socket = net.connect(platform.mqttPort, '127.0.0.1')
  socket.on('error', () => {})
  socket.write(Buffer.concat([Buffer.from([0x10, ...length]), body]))
  return socket
}
