import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { packets311 } from '../../packages/broker/conformance/support/bytes-311.js'
import { connectDevice, eventually, registerDevice, type TestDevice } from '../integration/mqtt/support.js'
import { type Administrator, createAdministrator } from '../support/accounts.js'
import { seriesSum } from '../support/exposition.js'
import { type Platform, startPlatform } from '../support/platform.js'
import { bytesOf, frame, SlowClient, upgradeRequest } from './slow-client.js'

const connectionsPerAddress = 40
const maxUnauthenticatedConnections = 80
const maxPartialBytes = 256 * 1024

let platform: Platform
let owner: Administrator
let device: TestDevice
let bystander: TestDevice
let slow: SlowClient[] = []

beforeAll(async () => {
  const http = { headersMs: 2_000, requestMs: 3_000, connectionsPerAddress, cutsPerAddress: 10_000 }
  const mqtt = {
    ...{ connectTimeoutMs: 3_000, maxUnauthenticatedConnections, maxPartialBytes },
    maxConnectsPerSecondPerOwner: 10_000,
  }
  const listed = (prefix: string, limits: object) =>
    Object.entries(limits).map(([name, value]) => `${prefix}${name}=${value}`)
  platform = await startPlatform({
    env: { LIMITS: listed('http.', http).join(), MQTT_LIMITS: listed('', mqtt).join() },
  })
  owner = await createAdministrator(platform)
  device = await registerDevice(owner)
  bystander = await registerDevice(owner)
})
afterEach(() => {
  for (const client of slow.splice(0)) client.destroy()
})
afterAll(() => platform?.stop())

const metrics = async () => (await fetch(`${platform.url}/metrics`)).text()
const counted = async (name: string, reason: string) =>
  seriesSum(await metrics(), `heliograph_${name}_total`, { reason })

/** How much a counter has risen since. */
async function since(name: string, reason: string): Promise<() => Promise<number>> {
  const before = await counted(name, reason)
  return async () => (await counted(name, reason)) - before
}

function open(count: number, port: number, options?: { keepsOpen: boolean }): SlowClient[] {
  slow = Array.from({ length: count }, () => new SlowClient(port, options))
  return slow
}

/** Others read, sign in, connect by TCP and WebSocket, and have telemetry stored. */
async function expectOthersServed(): Promise<void> {
  expect((await fetch(`${platform.url}/healthz`)).status).toBe(200)
  expect((await owner.request('GET', '/api/v1/devices')).status).toBe(200)
  for (const url of [platform.mqttTcpUrl, platform.mqttWebSocketUrl]) {
    const client = await connectDevice(platform, bystander, { url })
    await client.publishAsync(bystander.credential.topics.telemetry, '{"t":1}', { qos: 1 })
    await client.endAsync()
  }
}

describe('requests of HTTP a byte at a time', () => {
  const post = (path: string, more = '') =>
    `POST ${path} HTTP/1.1\r\nHost: x\r\n${more}Content-Type: application/json\r\nContent-Length: 50000\r\n\r\n`
  const asDevice = () =>
    `Authorization: Basic ${btoa(`${device.credential.username}:${device.credential.password}`)}\r\n`
  const attacks: [string, () => { atOnce?: string; slowly: string }][] = [
    ['heads', () => ({ slowly: 'GET /api/v1/me HTTP/1.1\r\nHost: x\r\nX-A: ' })],
    ['heads that ask for a WebSocket', () => ({ slowly: `${upgradeRequest.trimEnd()}\r\nX-A: ` })],
    ['bodies of a sign-in', () => ({ atOnce: post('/api/auth/sign-in/email'), slowly: '{"email":"' })],
    [
      'bodies of telemetry',
      () => ({ atOnce: post(`/api/v1/devices/${device.id}/telemetry`, asDevice()), slowly: '{"' }),
    ],
  ]

  it.each(attacks)('are cut, no more are open than may be, and others are served: %s', async (_, attack) => {
    const { atOnce, slowly } = attack()
    const tooSlow = await since('http_cut_connections', 'slow')
    const tooMany = await since('http_cut_connections', 'connections')
    const clients = open(connectionsPerAddress + 20, platform.port)
    for (const client of clients) if (atOnce !== undefined) client.send(atOnce)
    const dripping = clients.map((client) => client.drip(bytesOf(slowly), ['a']))
    await eventually(async () => expect(await tooMany()).toBe(20))
    await eventually(() =>
      expect(clients.filter(({ isClosed }) => !isClosed)).toHaveLength(connectionsPerAddress),
    )
    await expectOthersServed()
    await Promise.all([...dripping, ...clients.map(({ closed }) => closed)])
    expect(await tooSlow()).toBe(connectionsPerAddress)
    const answers = clients.map(({ received }) => received.toString().split('\r\n', 1)[0])
    const isAnswered = (answer: unknown) => answer === 'HTTP/1.1 408 Request Timeout'
    expect(answers.filter(isAnswered)).toHaveLength(connectionsPerAddress)
    expect(platform.logs()).toContain('its client did not send a whole request in time')
  })
})

describe('a client that never closes its side of a connection', () => {
  it.each([
    ['a request that is none', 'GET / HTTP/1.1\r\nHost\r\n\r\n', /^HTTP\/1\.1 400 /],
    ['a refused WebSocket', upgradeRequest.replace('Version: 13', 'Version: 8'), /^HTTP\/1\.1 426 /],
    ['a WebSocket of another path', upgradeRequest.replace('/mqtt', '/else'), /^HTTP\/1\.1 404 /],
  ])('keeps none after %s', async (_, request, answer) => {
    const [client] = open(1, platform.port, { keepsOpen: true })
    client?.send(request)
    await client?.drip(['x'], ['x'])
    expect(client?.isClosed).toBe(true)
    expect(client?.received.toString()).toMatch(answer)
  })
})

describe.each(['TCP', 'WebSocket'] as const)('packets of MQTT a byte at a time, over %s', (transport) => {
  const port = () => (transport === 'TCP' ? platform.mqttPort : platform.port)
  /** The pieces in which a packet is sent: over WebSocket its frames are cut as well, and each has one byte of it. */
  const pieces = (packet: Buffer) =>
    transport === 'TCP' ? bytesOf(packet) : bytesOf(packet).flatMap((byte) => bytesOf(frame(byte)))
  const whole = (packet: Buffer) => (transport === 'TCP' ? packet : frame(packet))

  /** Clients whose WebSocket is open, if it is one. */
  async function opened(count: number): Promise<SlowClient[]> {
    const clients = open(count, port())
    if (transport === 'WebSocket') for (const client of clients) client.send(upgradeRequest)
    return clients
  }
  const connect = (name: string, keepAliveSeconds: number) => {
    const { username, password } = device.credential
    return packets311.connect({ clientId: `${device.id}:${name}`, username, password, keepAliveSeconds })
  }

  it('CONNECTs are cut, no more wait than may, and others are served', async () => {
    const most = maxUnauthenticatedConnections / 2
    // Of HTTP's connections those that ask for a WebSocket count only until they have one.
    const batch = transport === 'TCP' ? most + 20 : connectionsPerAddress
    const late = await since('mqtt_refusals', 'timeout')
    const tooMany = await since('mqtt_refusals', 'quota')
    const clients = await opened(batch)
    const part = pieces(connect('late', 60)).slice(0, -1)
    const dripping = clients.map((client) => client.drip(part))
    await eventually(async () => expect(await tooMany()).toBe(batch - most))
    await expectOthersServed()
    await Promise.all([...dripping, ...clients.map(({ closed }) => closed)])
    expect(await late()).toBe(most)
    expect(platform.logs()).toContain('timeout (CONNECT did not come in time)')
  })

  it('PUBLISHes are cut when the keep alive has passed, whatever the WebSocket is sent meanwhile', async () => {
    const cut = await since('mqtt_disconnects', 'keep_alive')
    const clients = await opened(20)
    for (const [index, client] of clients.entries()) client.send(whole(connect(`slow-${index}`, 2)))
    const publish = packets311.publish(device.credential.topics.telemetry, 'x'.repeat(2_000), { qos: 1 })
    const bytes = bytesOf(publish).slice(0, -1)
    const ping = frame(Buffer.alloc(0), 9)
    const slowly = transport === 'TCP' ? bytes : bytes.flatMap((byte) => [frame(byte), ping])
    const dripping = clients.map((client) => client.drip(slowly))
    await expectOthersServed()
    await Promise.all([...clients.map(({ closed }) => closed), ...dripping])
    expect(await cut()).toBe(clients.length)
  })

  it('PUBLISHes without a keep alive hold no more memory than all may', async () => {
    const cut = await since('mqtt_disconnects', 'quota')
    const clients = await opened(8)
    const part = 60 * 1024
    const publish = packets311.publish(device.credential.topics.telemetry, 'x'.repeat(2 * part))
    for (const [index, client] of clients.entries()) {
      client.send(whole(connect(`large-${index}`, 0)))
      for (let at = 0; at < part; at += 120) client.send(whole(publish.subarray(at, at + 120)))
    }
    const most = Math.floor(maxPartialBytes / part)
    await eventually(async () => expect(await cut()).toBe(clients.length - most))
    await expectOthersServed()
    await eventually(() => expect(clients.filter(({ isClosed }) => !isClosed)).toHaveLength(most))
  })
})
