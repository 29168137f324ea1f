import net from 'node:net'
import tls from 'node:tls'
import mqtt, { type MqttClient } from 'mqtt'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Administrator, createAdministrator } from '../../support/accounts.js'
import { freePort } from '../../support/free-port.js'
import { type Platform, startPlatform } from '../../support/platform.js'
import {
  hasOpenssl,
  makeServerCertificate,
  type ServerCertificate,
} from '../../support/server-certificate.js'
import { eventually, registerDevice, type TestDevice } from './support.js'

/** Two addresses of this machine: that of the trusted proxy, and another. */
const proxyAddress = '127.0.0.2'
const otherAddress = '127.0.0.3'

let certificate: ServerCertificate | undefined
let platform: Platform
let administrator: Administrator
let tlsPort: number

beforeAll(async () => {
  if (hasOpenssl) certificate = makeServerCertificate()
  tlsPort = await freePort()
  platform = await startPlatform({
    env: {
      TRUSTED_PROXIES: proxyAddress,
      MQTT_PROXY_PROTOCOL: 'on',
      MQTT_LIMITS: 'maxConnectionsPerAddress=2',
      ...(certificate === undefined
        ? {}
        : { MQTTS_PORT: String(tlsPort), TLS_CERT: certificate.certFile, TLS_KEY: certificate.keyFile }),
    },
  })
  administrator = await createAdministrator(platform)
})

afterAll(async () => {
  await platform?.stop()
  certificate?.remove()
})

const textHeader = (source: string) => Buffer.from(`PROXY TCP4 ${source} 192.0.2.1 56324 1883\r\n`)

function binaryHeader(source: string, extension = Buffer.alloc(0)): Buffer {
  const addresses = Buffer.from([...source.split('.').map(Number), 192, 0, 2, 1, 0xdc, 4, 7, 0x5b])
  const fixed = Buffer.from([0x21, 0x11, 0, addresses.length + extension.length])
  return Buffer.concat([Buffer.from('\r\n\r\n\0\r\nQUIT\n', 'latin1'), fixed, addresses, extension])
}

/** A connection as a proxy opens it: the header first, and then what the client sends. */
function throughProxy(header: Buffer, { port = platform.mqttPort, from = proxyAddress } = {}): net.Socket {
  const socket = net.connect({ port, host: '127.0.0.1', localAddress: from })
  socket.write(header)
  return socket
}

/** Resolves when the client is accepted, or with null when its connection is refused or closed. */
async function connect(device: TestDevice, open: () => net.Socket): Promise<MqttClient | null> {
  const { clientId, username, password } = device.credential
  const client = new mqtt.MqttClient(open, {
    clientId,
    username,
    password,
    protocolVersion: 4,
    reconnectPeriod: 0,
  })
  client.on('error', () => {})
  return new Promise((resolve) => {
    client.once('connect', () => resolve(client))
    client.once('close', () => resolve(null))
  })
}

const refusalsOf = async ({ id }: TestDevice) => {
  const { items } = await administrator.send<{
    items: { code: string; detail: string; remoteAddress: string }[]
  }>('GET', `/api/v1/devices/${id}/refusals`)
  return items
}

const withPassword = (device: TestDevice, password: string): TestDevice => ({
  ...device,
  credential: { ...device.credential, password },
})

describe('behind a proxy that sends a PROXY header', () => {
  it.each([
    ['version 1', textHeader],
    ['version 2', binaryHeader],
    ['version 2 with an extension', (source: string) => binaryHeader(source, Buffer.from([4, 0, 2, 0, 0]))],
  ])('the page of a device shows the address of its client: %s', async (_, header) => {
    const device = await registerDevice(administrator)
    expect(await connect(withPassword(device, 'wrong'), () => throughProxy(header('203.0.113.7')))).toBeNull()
    await eventually(async () =>
      expect(await refusalsOf(device)).toMatchObject([
        { code: 'bad_credentials', remoteAddress: '203.0.113.7' },
      ]),
    )
    const client = await connect(device, () => throughProxy(header('203.0.113.8')))
    await client?.publishAsync(device.credential.topics.telemetry, '{"a":1}', { qos: 1 })
    await client?.endAsync()
    expect(client).not.toBeNull()
  })

  it('two clients with one client id are told apart by their addresses', async () => {
    const device = await registerDevice(administrator)
    const open: (MqttClient | null)[] = []
    for (const source of ['198.51.100.1', '198.51.100.2', '198.51.100.1', '198.51.100.2', '198.51.100.1'])
      open.push(await connect(device, () => throughProxy(binaryHeader(source))))
    await eventually(async () => {
      const duplicate = (await refusalsOf(device)).find(({ code }) => code === 'duplicate_client_id')
      expect(duplicate?.detail).toContain('198.51.100.1')
      expect(duplicate?.detail).toContain('198.51.100.2')
    })
    for (const client of open) client?.end(true)
  })

  it('limits of an address are those of the client, not of the proxy', async () => {
    const devices = await Promise.all([0, 1, 2, 3].map(() => registerDevice(administrator)))
    const clients: (MqttClient | null)[] = []
    for (const device of devices.slice(0, 3))
      clients.push(await connect(device, () => throughProxy(textHeader('203.0.113.20'))))
    clients.push(await connect(devices[3] as TestDevice, () => throughProxy(textHeader('203.0.113.21'))))
    expect(clients.map((client) => client !== null)).toEqual([true, true, false, true])
    for (const client of clients) client?.end(true)
  })

  it.skipIf(!hasOpenssl)('over TLS, the header comes before the handshake', async () => {
    const device = await registerDevice(administrator)
    const secured = (source: string) =>
      tls.connect({
        socket: throughProxy(binaryHeader(source), { port: tlsPort }),
        ca: certificate?.pem,
        host: '127.0.0.1',
      })
    expect(await connect(withPassword(device, 'wrong'), () => secured('203.0.113.30'))).toBeNull()
    await eventually(async () =>
      expect(await refusalsOf(device)).toMatchObject([{ remoteAddress: '203.0.113.30' }]),
    )
    const client = await connect(device, () => secured('203.0.113.30'))
    await client?.publishAsync(device.credential.topics.telemetry, 'x'.repeat(100_000), { qos: 1 })
    await client?.endAsync()
    expect(client).not.toBeNull()
  })

  it('a connection without a header, and one from another address, is closed with a reason', async () => {
    const device = await registerDevice(administrator)
    expect(await connect(device, () => throughProxy(Buffer.alloc(0)))).toBeNull()
    const header = textHeader('203.0.113.40')
    expect(await connect(device, () => throughProxy(header, { from: otherAddress }))).toBeNull()
    await eventually(() => {
      expect(platform.logs()).toContain(
        `PROXY protocol: it does not begin with a header; the proxy has to send one, from ${proxyAddress}`,
      )
      expect(platform.logs()).toContain(
        `PROXY protocol: it comes from no address of TRUSTED_PROXIES, from ${otherAddress}`,
      )
    })
    const metrics = await (await fetch(`${platform.url}/metrics`)).text()
    expect(metrics).toContain('heliograph_mqtt_proxy_refusals_total{reason="malformed"} 1\n')
    expect(metrics).toContain('heliograph_mqtt_proxy_refusals_total{reason="untrusted"} 1\n')
  })
})
