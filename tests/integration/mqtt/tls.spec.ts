import { once } from 'node:events'
import https from 'node:https'
import tls from 'node:tls'
import { afterEach, beforeAll, describe, expect, it } from 'vitest'
import { createAdministrator } from '../../support/accounts.js'
import { Certificates, hasOpenssl } from '../../support/certificates.js'
import { freePort } from '../../support/free-port.js'
import { type Platform, startPlatform } from '../../support/platform.js'
import { connectDevice, eventually, refusalCode, registerDevice } from './support.js'

const ofThisMachine = 'subjectAltName=IP:127.0.0.1'

let certificates: Certificates
let platform: Platform | undefined
const file = (name: string) => certificates.file(name)
const read = (name: string) => certificates.read(name)

beforeAll(() => {
  if (!hasOpenssl) return
  certificates = new Certificates()
  certificates.makeAuthority('server-ca')
  certificates.makeAuthority('device-ca')
  certificates.make('server', 'server-ca', ofThisMachine)
  certificates.make('device', 'device-ca')
  certificates.make('stranger', 'server-ca')
  return () => certificates.remove()
})
afterEach(async () => {
  await platform?.stop()
  platform = undefined
})

async function start(env: NodeJS.ProcessEnv = {}) {
  const port = await freePort()
  const tls = { MQTTS_PORT: String(port), TLS_CERT: file('server.crt'), TLS_KEY: file('server.key'), ...env }
  platform = await startPlatform({ env: tls })
  const device = await registerDevice(await createAdministrator(platform))
  return { platform, device, url: `mqtts://127.0.0.1:${port}`, ca: read('server-ca.crt') }
}

/** The name in the certificate that a new connection to a port gets. */
async function servedName(port: number): Promise<string> {
  const socket = tls.connect({ host: '127.0.0.1', port, ca: read('server-ca.crt') })
  await once(socket, 'secureConnect')
  const { subject } = socket.getPeerCertificate()
  socket.destroy()
  return String(subject.CN)
}

describe.skipIf(!hasOpenssl)('MQTT over TLS', () => {
  it('is served with the certificate, and accepts the device’s credential', async () => {
    const { platform, device, url, ca } = await start()
    const client = await connectDevice(platform, device, { url, ca })
    await client.publishAsync(device.credential.topics.telemetry, '{"a":1}', { qos: 1 })
    await client.endAsync()
    const wrong = { ...device, credential: { ...device.credential, password: 'wrong' } }
    expect(await refusalCode(connectDevice(platform, wrong, { url, ca }))).toBe(4)
  })

  it('with TLS_CA requires a certificate of that authority, and the credential', async () => {
    const { platform, device, url, ca } = await start({ TLS_CA: file('device-ca.crt') })
    const own = { url, ca, cert: read('device.crt'), key: read('device.key') }
    expect(await refusalCode(connectDevice(platform, device, own))).toBe('accepted')
    const wrong = { ...device, credential: { ...device.credential, password: 'wrong' } }
    expect(await refusalCode(connectDevice(platform, wrong, own))).toBe(4)
    const foreign = { ...own, cert: read('stranger.crt'), key: read('stranger.key') }
    expect(await refusalCode(connectDevice(platform, device, { url, ca }))).not.toBe('accepted')
    expect(await refusalCode(connectDevice(platform, device, foreign))).not.toBe('accepted')
    await eventually(async () => expect((await fetch(`${platform.url}/readyz`)).status).toBe(200))
  })

  it.each([
    ['TLS_CERT', 'device.csr', /TLS_CERT, TLS_KEY: these files are not a certificate and its key/],
    ['TLS_KEY', 'device.key', /TLS_CERT, TLS_KEY: these files are not a certificate and its key/],
    ['TLS_KEY', 'nothing.key', /TLS_KEY: .*no such file/],
    ['TLS_CA', 'nothing.crt', /TLS_CA: .*no such file/],
  ])('names the problem of a file: %s=%s', async (variable, name, message) => {
    await expect(start({ [variable]: file(name) })).rejects.toThrow(message)
  })
})

describe.skipIf(!hasOpenssl)('HTTPS', () => {
  it('serves pages, REST and MQTT over WebSocket, beside the plain port', async () => {
    const httpsPort = await freePort()
    const { platform, device, ca } = await start({ HTTPS_PORT: String(httpsPort) })
    const get = async (path: string) => {
      const request = https.get({ host: '127.0.0.1', port: httpsPort, path, ca })
      const [response] = await once(request, 'response')
      response.resume()
      return response
    }
    expect((await get('/readyz')).statusCode).toBe(200)
    expect((await get('/sign-in')).statusCode).toBe(200)
    expect((await get('/api/v1/devices')).statusCode).toBe(401)
    expect((await fetch(`${platform.url}/readyz`)).status).toBe(200)
    const client = await connectDevice(platform, device, { url: `wss://127.0.0.1:${httpsPort}/mqtt`, ca })
    await client.publishAsync(device.credential.topics.telemetry, '{"a":1}', { qos: 1 })
    await client.endAsync()
    await expect(
      once(tls.connect({ host: '127.0.0.1', port: httpsPort, ca, maxVersion: 'TLSv1.1' }), 'secureConnect'),
    ).rejects.toThrow()
  })

  it('ignores an upgrade to another protocol, as the plain port does', async () => {
    const httpsPort = await freePort()
    const { ca } = await start({ HTTPS_PORT: String(httpsPort) })
    const request = https.get({
      ...{ host: '127.0.0.1', port: httpsPort, path: '/healthz', ca },
      headers: { connection: 'upgrade, http2-settings', upgrade: 'h2c', 'http2-settings': '' },
    })
    const [response] = await once(request, 'response')
    response.resume()
    expect(response.statusCode).toBe(200)
  })
})

describe.skipIf(!hasOpenssl)('a new certificate', () => {
  it('serves new connections without a restart, once its files fit together, and open ones go on', async () => {
    certificates.make('renewed', 'server-ca', ofThisMachine)
    certificates.replace('current.crt', 'server.crt')
    certificates.replace('current.key', 'server.key')
    const httpsPort = await freePort()
    const files = { TLS_CERT: file('current.crt'), TLS_KEY: file('current.key') }
    const { platform, device, url, ca } = await start({ HTTPS_PORT: String(httpsPort), ...files })
    const client = await connectDevice(platform, device, { url, ca })
    const mqttsPort = Number(new URL(url).port)
    expect([await servedName(mqttsPort), await servedName(httpsPort)]).toEqual(['server', 'server'])

    certificates.replace('current.crt', 'renewed.crt')
    await eventually(() => expect(platform.logs()).toContain('the one before stays in use'))
    expect([await servedName(mqttsPort), await servedName(httpsPort)]).toEqual(['server', 'server'])

    certificates.replace('current.key', 'renewed.key')
    await eventually(async () => expect(await servedName(mqttsPort)).toBe('renewed'))
    expect(await servedName(httpsPort)).toBe('renewed')
    await client.publishAsync(device.credential.topics.telemetry, '{"a":1}', { qos: 1 })
    await client.endAsync()
    const metrics = await (await fetch(`${platform.url}/metrics`)).text()
    expect(metrics).toMatch(/heliograph_tls_certificate_not_after_seconds 1\.?\d+/)
  }, 120_000)
})
