import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Administrator, createAdministrator, signIn } from '../../support/accounts.js'
import { createClient, type HttpClient } from '../../support/http-client.js'
import { type Platform, startPlatform } from '../../support/platform.js'
import {
  connectDevice,
  connectToken,
  eventually,
  refusalCode,
  registerDevice,
  requestToken,
  type TestDevice,
  watch,
} from './support.js'

let platform: Platform
let admin: Administrator
let org: string
let device: TestDevice

beforeAll(async () => {
  platform = await startPlatform()
  admin = await createAdministrator(platform)
  org = admin.organization
  device = await registerDevice(admin)
})
afterAll(() => platform?.stop())

async function apiKey(role: 'admin' | 'viewer'): Promise<HttpClient> {
  const { key } = await admin.send<{ key: string }>('POST', '/api/v1/api-keys', { name: role, role })
  return createClient(platform.url, { authorization: `Bearer ${key}` })
}

async function answer(client: HttpClient, input: object): Promise<{ status: number; detail: string }> {
  const response = await client.request('POST', '/api/v1/mqtt/tokens', input)
  const { detail = '' } = (await response.json()) as { detail?: string }
  return { status: response.status, detail }
}

describe('an MQTT token', () => {
  it('allows subscribing to the requested filters only, and no publishing', async () => {
    const token = await requestToken(admin, { subscribe: [device.credential.topics.telemetry] })
    expect(token).toMatchObject({
      url: platform.mqttWebSocketUrl,
      password: expect.stringMatching(/^hg_tok_/),
    })
    const lifetimeMs = Date.parse(token.expiresAt) - Date.now()
    expect(lifetimeMs).toBeGreaterThan(60_000)
    expect(lifetimeMs).toBeLessThanOrEqual(300_000)
    const client = await connectToken(token)
    const seen = await watch(client, device.credential.topics.telemetry)
    await expect(client.subscribeAsync(device.credential.topics.events)).rejects.toThrow()
    await expect(client.subscribeAsync(`${org}/#`)).rejects.toThrow()
    await client.publishAsync(device.credential.topics.telemetry, '{"a":1}', { qos: 1 })
    await client.publishAsync(`${org}/apps/chat/all`, 'hello', { qos: 1 })
    const sender = await connectDevice(platform, device)
    await sender.publishAsync(device.credential.topics.telemetry, '{"a":2}', { qos: 1 })
    await eventually(() => expect(seen.map(({ json }) => json)).toEqual([{ a: 2 }]))
    await Promise.all([client.endAsync(), sender.endAsync()])
  })

  it('allows an administrator to publish below apps', async () => {
    const writer = await connectToken(await requestToken(admin, { publish: [`${org}/apps/chat/#`] }))
    const reader = await connectToken(await requestToken(await apiKey('viewer')))
    const seen = await watch(reader, `${org}/apps/#`)
    await writer.publishAsync(`${org}/apps/other/all`, '"not granted"', { qos: 1 })
    await writer.publishAsync(`${org}/apps/chat/all`, '"hello"', { qos: 1 })
    await eventually(() => expect(seen.map(({ json }) => json)).toEqual(['hello']))
    await Promise.all([writer.endAsync(), reader.endAsync()])
  })

  it('is refused for a filter that the caller may not have, and for unknown callers', async () => {
    const viewer = await apiKey('viewer')
    expect(await answer(admin, { subscribe: ['elsewhere/#'] })).toMatchObject({
      status: 403,
      detail: expect.stringContaining('elsewhere/#'),
    })
    expect((await answer(admin, { publish: [device.credential.topics.telemetry] })).status).toBe(403)
    expect((await answer(viewer, { publish: [`${org}/apps/chat/#`] })).status).toBe(403)
    expect((await answer(admin, { subscribe: ['a#'] })).status).toBe(400)
    expect((await answer(admin, { unknown: 1 })).status).toBe(400)
    expect((await answer(createClient(platform.url), {})).status).toBe(401)
  })

  it('is accepted with its client id and user name only', async () => {
    const token = await requestToken(admin)
    expect(await refusalCode(connectToken(token, { clientId: 'other' }))).toBe(2)
    expect(await refusalCode(connectToken(token, { username: 'other' }))).toBe(4)
    expect(await refusalCode(connectToken({ ...token, password: `${token.password}x` }))).toBe(4)
    expect(await refusalCode(connectToken(token))).toBe('accepted')
  })

  it('renews the caller’s live connection with new filters, without reconnecting', async () => {
    const first = await requestToken(admin, { subscribe: [device.credential.topics.events] })
    const client = await connectToken(first)
    let reconnected = false
    client.on('close', () => {
      reconnected = true
    })
    await expect(client.subscribeAsync(device.credential.topics.telemetry)).rejects.toThrow()
    const second = await requestToken(admin, {
      clientId: first.clientId,
      subscribe: [device.credential.topics.telemetry],
    })
    expect(second.clientId).toBe(first.clientId)
    const seen = await watch(client, device.credential.topics.telemetry)
    const sender = await connectDevice(platform, device)
    await sender.publishAsync(device.credential.topics.telemetry, '{"a":1}', { qos: 1 })
    await eventually(() => expect(seen).toHaveLength(1))
    expect(reconnected).toBe(false)
    await Promise.all([client.endAsync(), sender.endAsync()])
  })

  it('keeps a connection past its first end when it was renewed before', async () => {
    const token = await shortToken()
    const renewed = await connectToken(token)
    const left = await connectToken(await shortToken())
    await requestToken(admin, { clientId: token.clientId })
    await new Promise<void>((resolve) => left.once('close', () => resolve()))
    expect(renewed.connected).toBe(true)
    await renewed.subscribeAsync(device.credential.topics.telemetry)
    await renewed.endAsync()
  })

  it('is refused for another caller’s client id', async () => {
    const otherSession = await signIn(platform, admin.email, admin.password, org)
    const token = await requestToken(admin)
    expect((await answer(otherSession, { clientId: token.clientId })).status).toBe(409)
    const client = await connectToken(token)
    expect((await answer(otherSession, { clientId: token.clientId })).status).toBe(409)
    expect(client.connected).toBe(true)
    await client.endAsync()
  })

  it('is refused when it has expired', async () => {
    const token = await requestToken(admin)
    await platform.pool.query(`UPDATE mqtt_token SET expires_at = now() WHERE id = $1`, [token.username])
    expect(await refusalCode(connectToken(token))).toBe(5)
  })
})

describe('MQTT over WebSocket', () => {
  it('accepts pages of the platform’s origin, and clients that are not browsers', async () => {
    const connectFrom = async (origin: string) =>
      refusalCode(connectToken(await requestToken(admin), { wsOptions: { headers: { origin } } }))
    expect(await connectFrom(platform.url)).toBe('accepted')
    expect(await connectFrom(platform.url.replace('127.0.0.1', 'localhost'))).toBe('accepted')
    expect(await connectFrom('https://evil.example')).toBe(5)
    const { refusals } = await admin.send<{ refusals: object[] }>('GET', '/api/v1/overview')
    expect(refusals).toContainEqual(
      expect.objectContaining({
        code: 'origin_refused',
        detail: expect.stringContaining('https://evil.example'),
      }),
    )
    expect(await connectFrom('null')).toBe(5)
  })

  it.each(['/mqtt', '/mqtt/', '/ws', '/'])('is served at the path %s', async (path) => {
    const url = new URL(path, platform.mqttWebSocketUrl).href
    const client = await connectDevice(platform, device, { url })
    expect(client.connected).toBe(true)
    await client.endAsync()
  })

  it.each(['file://', 'https://firmware.example', 'null'])(
    'accepts a device that names the origin %s',
    async (origin) => {
      const client = await connectDevice(platform, device, {
        url: platform.mqttWebSocketUrl,
        wsOptions: { headers: { origin } },
      })
      await client.publishAsync(device.credential.topics.telemetry, '{"a":1}', { qos: 1 })
      await client.endAsync()
    },
  )
})

describe('the fleet channel', () => {
  it('sends counts each second while there is a subscriber', async () => {
    const watcher = await connectToken(await requestToken(admin))
    const seen = await watch(watcher, `${org}/fleet`)
    const sender = await connectDevice(platform, device)
    await eventually(async () => {
      await sender.publishAsync(device.credential.topics.telemetry, '{"a":1,"b":2}', { qos: 1 })
      expect(seen.at(-1)?.json).toMatchObject({ devices: 1, online: 1, ts: expect.any(Number) })
      const { messagesPerSecond, samplesPerSecond } = (seen.at(-1)?.json ?? {}) as Record<string, number>
      expect(samplesPerSecond).toBeGreaterThan(messagesPerSecond ?? 0)
    })
    await Promise.all([watcher.endAsync(), sender.endAsync()])
  })
})

/** A token that ends soon, but late enough that a busy machine can connect with it and renew it before. */
async function shortToken() {
  const token = await requestToken(admin)
  await platform.pool.query(`UPDATE mqtt_token SET expires_at = now() + interval '8 seconds' WHERE id = $1`, [
    token.username,
  ])
  return token
}
