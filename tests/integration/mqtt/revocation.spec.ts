import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Administrator, createAdministrator, signIn } from '../../support/accounts.js'
import { createClient } from '../../support/http-client.js'
import { type Platform, startPlatform } from '../../support/platform.js'
import {
  type Credential,
  closed,
  connectDevice,
  connectToken,
  refusalCode,
  registerDevice,
  requestToken,
} from './support.js'

let platform: Platform
let admin: Administrator

beforeAll(async () => {
  platform = await startPlatform()
  admin = await createAdministrator(platform)
})
afterAll(() => platform?.stop())

/** How many MQTT connections the platform has. */
async function connectionCount(): Promise<number> {
  const metrics = await (await fetch(`${platform.url}/metrics`)).text()
  return Number(/^heliograph_mqtt_connections (\d+)$/m.exec(metrics)?.[1])
}

describe('revocation', () => {
  it('ends every connection of the credential before it is answered, and refuses new ones', async () => {
    const device = await registerDevice(admin)
    const path = `/api/v1/devices/${device.id}/credentials`
    const spare = { id: device.id, credential: await admin.send<Credential>('POST', path, {}) }
    const tcp = await connectDevice(platform, device)
    const ws = await connectDevice(platform, device, {
      clientId: `${device.id}:ws`,
      url: platform.mqttWebSocketUrl,
    })
    const untouched = await connectDevice(platform, spare, { clientId: `${device.id}:spare` })
    const ended = Promise.all([closed(tcp), closed(ws)])
    expect(await connectionCount()).toBe(3)
    await admin.send('DELETE', `${path}/${device.credential.id}`)
    expect(await connectionCount()).toBe(1)
    await ended
    expect(await refusalCode(connectDevice(platform, device))).toBe(4)
    expect(untouched.connected).toBe(true)
    await untouched.publishAsync(spare.credential.topics.telemetry, '{"a":1}', { qos: 1 })
    await untouched.endAsync()
  })

  it('ends connections made with the old secret when a rotation leaves no overlap', async () => {
    const device = await registerDevice(admin)
    const client = await connectDevice(platform, device)
    const path = `/api/v1/devices/${device.id}/credentials/${device.credential.id}/rotate`
    const ended = closed(client)
    const rotated = await admin.send<Credential>('POST', path, { overlapSeconds: 0 })
    await ended
    expect(await refusalCode(connectDevice(platform, device))).toBe(4)
    expect(await refusalCode(connectDevice(platform, { ...device, credential: rotated }))).toBe('accepted')
  })

  it('keeps them during the overlap, and no longer', async () => {
    const device = await registerDevice(admin)
    const client = await connectDevice(platform, device)
    const ended = closed(client)
    const path = `/api/v1/devices/${device.id}/credentials/${device.credential.id}/rotate`
    await admin.send<Credential>('POST', path, { overlapSeconds: 5 })
    await client.publishAsync(device.credential.topics.telemetry, '{"a":1}', { qos: 1 })
    await ended
    expect(await refusalCode(connectDevice(platform, device))).not.toBe('accepted')
  })

  it('ends a device’s connections when the device is deleted', async () => {
    const device = await registerDevice(admin)
    const client = await connectDevice(platform, device)
    const ended = closed(client)
    await admin.send('DELETE', `/api/v1/devices/${device.id}`)
    expect(await connectionCount()).toBe(0)
    await ended
    expect(await refusalCode(connectDevice(platform, device))).toBe(4)
  })

  it('ends only the person’s connections at sign-out', async () => {
    const session = await signIn(platform, admin.email, admin.password, admin.organization)
    const token = await requestToken(session)
    const client = await connectToken(token)
    const other = await connectToken(await requestToken(admin))
    const ended = closed(client)
    expect((await session.request('POST', '/api/auth/sign-out', {})).ok).toBe(true)
    await ended
    expect(await refusalCode(connectToken(token))).toBe(4)
    expect(other.connected).toBe(true)
    await other.endAsync()
  })

  it('ends an API key’s connections when the key is deleted', async () => {
    const issued = await admin.send<{ id: string; key: string }>('POST', '/api/v1/api-keys', {
      name: 'script',
    })
    const script = createClient(platform.url, { authorization: `Bearer ${issued.key}` })
    const token = await requestToken(script)
    const client = await connectToken(token)
    const ended = closed(client)
    await admin.send('DELETE', `/api/v1/api-keys/${issued.id}`)
    await ended
    expect(await refusalCode(connectToken(token))).toBe(4)
  })
})
