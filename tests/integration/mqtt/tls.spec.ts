import { execFileSync, spawnSync } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterEach, beforeAll, describe, expect, it } from 'vitest'
import { createAdministrator } from '../../support/accounts.js'
import { freePort } from '../../support/free-port.js'
import { type Platform, startPlatform } from '../../support/platform.js'
import { connectDevice, eventually, refusalCode, registerDevice } from './support.js'

const hasOpenssl = spawnSync('openssl', ['version']).status === 0

let directory: string
let platform: Platform | undefined
const file = (name: string) => path.join(directory, name)
const read = (name: string) => fs.readFileSync(file(name))

beforeAll(() => {
  if (!hasOpenssl) return
  directory = fs.mkdtempSync(path.join(os.tmpdir(), 'heliograph-tls-'))
  makeAuthority('server-ca')
  makeAuthority('device-ca')
  makeCertificate('server', 'server-ca', 'subjectAltName=IP:127.0.0.1')
  makeCertificate('device', 'device-ca')
  makeCertificate('stranger', 'server-ca')
  return () => fs.rmSync(directory, { recursive: true })
})
afterEach(async () => {
  await platform?.stop()
  platform = undefined
})

function openssl(...args: string[]): void {
  execFileSync('openssl', args, { cwd: directory, stdio: 'ignore' })
}

const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes']

function makeAuthority(name: string): void {
  openssl('req', '-x509', ...newKey, '-subj', `/CN=${name}`, '-keyout', `${name}.key`, '-out', `${name}.crt`)
}

function makeCertificate(name: string, authority: string, extension = 'basicConstraints=CA:FALSE'): void {
  openssl('req', ...newKey, '-subj', `/CN=${name}`, '-keyout', `${name}.key`, '-out', `${name}.csr`)
  fs.writeFileSync(file(`${name}.ext`), extension)
  const by = ['-CA', `${authority}.crt`, '-CAkey', `${authority}.key`, '-CAcreateserial']
  openssl('x509', '-req', '-in', `${name}.csr`, ...by, '-extfile', `${name}.ext`, '-out', `${name}.crt`)
}

async function start(env: NodeJS.ProcessEnv = {}) {
  const port = await freePort()
  const tls = { MQTTS_PORT: String(port), TLS_CERT: file('server.crt'), TLS_KEY: file('server.key'), ...env }
  platform = await startPlatform({ env: tls })
  const device = await registerDevice(await createAdministrator(platform))
  return { platform, device, url: `mqtts://127.0.0.1:${port}`, ca: read('server-ca.crt') }
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
