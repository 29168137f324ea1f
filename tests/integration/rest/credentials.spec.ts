import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { createAdministrator } from '../../support/accounts.js'
import type { HttpClient } from '../../support/http-client.js'
import { type Platform, startPlatform } from '../../support/platform.js'
import { apiKey, ask } from './callers.js'

interface Issued {
  id: string
  username: string
  password: string
  [key: string]: unknown
}

let platform: Platform
let client: HttpClient
const credentials = '/api/v1/devices/pump/credentials'

beforeAll(async () => {
  platform = await startPlatform()
  client = await apiKey(platform, await createAdministrator(platform, 'acme'))
  await client.send('POST', '/api/v1/devices', { name: 'Pump', id: 'pump' })
  await client.send('POST', '/api/v1/devices', { name: 'Other', id: 'other' })
})
afterAll(() => platform?.stop())

/** Whether a credential is accepted. Ingest over HTTP uses the same verifier as MQTT. */
async function works({ username, password }: Pick<Issued, 'username' | 'password'>): Promise<boolean> {
  const response = await fetch(new URL('/api/v1/devices/pump/telemetry', platform.url), {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      authorization: `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`,
    },
    body: '{"level": 1}',
  })
  await response.text()
  return response.ok
}

describe('a credential', () => {
  it('is issued with all that a device needs, and its secret is not stored', async () => {
    const answer = await ask(client, 'POST', credentials, { name: 'first' })
    expect(answer).toMatchObject({
      status: 201,
      body: {
        id: expect.stringMatching(/^[a-z0-9]{20}$/),
        name: 'first',
        expiresAt: null,
        clientId: 'pump',
        username: answer.body.id,
        password: expect.stringMatching(/^hg_dev_[A-Za-z0-9_-]{43}$/),
        urls: { ws: platform.mqttWebSocketUrl, tcp: platform.mqttTcpUrl },
        topics: { telemetry: 'acme/devices/pump/telemetry', command: 'acme/devices/pump/commands/+/request' },
      },
    })
    const password = String(answer.body.password)
    expect(await works(answer.body as unknown as Issued)).toBe(true)
    const { rows } = await platform.pool.query('SELECT row_to_json(c)::text AS row FROM credential c')
    expect(JSON.stringify(rows)).not.toContain(password.slice(7))
    expect(JSON.stringify(await ask(client, 'GET', credentials))).not.toContain(password.slice(7))
    expect(platform.logs()).not.toContain(password.slice(7))
  })

  it('accepts an expiry in the future only', async () => {
    const expiresAt = new Date(Date.now() + 3_600_000).toISOString()
    expect((await ask(client, 'POST', credentials, { expiresAt })).body.expiresAt).toBe(expiresAt)
    const past = await ask(client, 'POST', credentials, { expiresAt: '2020-01-01T00:00:00Z' })
    expect(past).toMatchObject({ status: 400, body: { errors: [{ path: 'expiresAt' }] } })
  })

  it('is refused after its expiry, also when it is cached', async () => {
    const expiresAt = new Date(Date.now() + 5_000).toISOString()
    const issued = await client.send<Issued>('POST', credentials, { expiresAt })
    expect(await works(issued)).toBe(true)
    await vi.waitFor(async () => expect(await works(issued)).toBe(false), { timeout: 20_000, interval: 100 })
  })

  it('is refused once its revocation has been answered', async () => {
    const issued = await client.send<Issued>('POST', credentials)
    expect(await works(issued)).toBe(true)
    expect((await ask(client, 'DELETE', `${credentials}/${issued.id}`)).status).toBe(204)
    expect(await works(issued)).toBe(false)
    expect(await ask(client, 'DELETE', `${credentials}/${issued.id}`)).toMatchObject({
      status: 404,
      body: { code: 'credential_not_found' },
    })
  })

  it('accepts the old and the new secret during the overlap of a rotation', async () => {
    const first = await client.send<Issued>('POST', credentials)
    const second = await client.send<Issued>('POST', `${credentials}/${first.id}/rotate`, {
      overlapSeconds: 600,
    })
    expect(second).toMatchObject({ id: first.id, username: first.username })
    expect(second.password).not.toBe(first.password)
    expect([await works(first), await works(second)]).toEqual([true, true])
    const third = await client.send<Issued>('POST', `${credentials}/${first.id}/rotate`, {
      overlapSeconds: 0,
    })
    expect([await works(first), await works(second), await works(third)]).toEqual([false, false, true])
  })

  it('is listed with its last use and the end of the old secret, but no secret', async () => {
    const first = await client.send<Issued>('POST', credentials, { name: 'listed' })
    await works(first)
    await client.send('POST', `${credentials}/${first.id}/rotate`)
    await vi.waitFor(
      async () => {
        const { items } = await client.send<{ items: Record<string, unknown>[] }>('GET', credentials)
        expect(items.find(({ id }) => id === first.id)).toEqual({
          id: first.id,
          name: 'listed',
          createdAt: expect.any(String),
          expiresAt: null,
          clientId: 'pump',
          username: first.id,
          lastUsedAt: expect.any(String),
          rotatedAt: expect.any(String),
          previousSecretExpiresAt: expect.any(String),
        })
      },
      { timeout: 20_000, interval: 200 },
    )
  })

  it('is not found under another device', async () => {
    const { id } = await client.send<Issued>('POST', credentials)
    const wrong = `/api/v1/devices/other/credentials/${id}`
    expect((await ask(client, 'DELETE', wrong)).status).toBe(404)
    expect((await ask(client, 'POST', `${wrong}/rotate`)).status).toBe(404)
  })

  it('is refused after its device was deleted', async () => {
    await client.send('POST', '/api/v1/devices', { name: 'Brief', id: 'brief' })
    const issued = await client.send<Issued>('POST', '/api/v1/devices/brief/credentials')
    await client.send('DELETE', '/api/v1/devices/brief')
    expect(await works(issued)).toBe(false)
  })
})
