import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  connectDevice,
  connectToken,
  eventually,
  registerDevice,
  requestToken,
  watch,
} from '../integration/mqtt/support.js'
import { ask } from '../integration/rest/callers.js'
import { routes } from '../integration/rest/routes.js'
import { type Administrator, createAdministrator, createOrganization } from '../support/accounts.js'
import { createClient } from '../support/http-client.js'
import { type Platform, startPlatform } from '../support/platform.js'

let platform: Platform
let owner: Administrator

beforeAll(async () => {
  platform = await startPlatform()
  owner = await createAdministrator(platform)
})
afterAll(() => platform?.stop())

/** The names of what every object has, which a plain object used as a map would take for entries. */
const names = ['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty', 'valueOf']

const send = (method: string, path: string, body: string) =>
  fetch(new URL(path, platform.url), {
    method,
    body,
    headers: { 'content-type': 'application/json', ...authorization },
  })
let authorization: Record<string, string> = {}

describe('a body that names a prototype', () => {
  const taking = routes.filter(({ route, body }) => body !== undefined && !route.includes('/telemetry'))

  beforeAll(async () => {
    const { key } = await owner.send<{ key: string }>('POST', '/api/v1/api-keys', {
      name: 'x',
      role: 'admin',
    })
    authorization = { authorization: `Bearer ${key}` }
  })

  it.each(taking)('is refused by $route', async ({ route, body }) => {
    const [method = '', template = ''] = route.split(' ')
    const path = template.replace(/\{[^}]+\}/g, 'x')
    const fields = JSON.stringify(body).slice(1, -1)
    const forms = [
      `{"__proto__":{"polluted":"yes","role":"owner"},${fields}}`,
      `{${fields},"constructor":{"prototype":{"polluted":"yes"}}}`,
      `{"\\u005f_proto__":{"polluted":"yes"},${fields}}`,
    ]
    for (const form of forms) {
      const answer = await send(method, path, form)
      expect([form, answer.status]).toEqual([form, 400])
    }
  })

  it('changes nothing at sign-in', async () => {
    const { email, password } = owner
    const text = JSON.stringify({ email, password }).slice(0, -1)
    const answer = await fetch(`${platform.url}/api/auth/sign-in/email`, {
      method: 'POST',
      body: `${text},"__proto__":{"polluted":"yes"},"constructor":{"prototype":{"polluted":"yes"}}}`,
      headers: { 'content-type': 'application/json', origin: platform.url },
    })
    expect(await answer.text()).not.toContain('polluted')
  })

  it('changes nothing in a query', async () => {
    const query = '__proto__[polluted]=yes&constructor[prototype][polluted]=yes&__proto__.polluted=yes'
    for (const path of ['/api/v1/devices', '/api/v1/overview', '/api/v1/me', '/healthz']) {
      const answer = await ask(owner, 'GET', `${path}?${query}`)
      expect([path, answer.status]).toEqual([path, expect.toBeOneOf([200, 400])])
      const again = await ask(owner, 'GET', path)
      expect(JSON.stringify(again.body)).not.toContain('polluted')
      expect(again.status).toBe(200)
    }
  })
})

describe('organizations, devices, tags and keys with the names of what every object has', () => {
  it('are ones like any other, over REST and MQTT', async () => {
    for (const slug of ['constructor', 'prototype', 'valueof']) await createOrganization(owner, slug)
    const organization = owner.with({ 'heliograph-org': 'constructor' })
    const watcher = await connectToken(await requestToken(organization))
    const seen = await watch(watcher, 'constructor/#')
    for (const id of names) {
      const device = await registerDevice(organization, id)
      await organization.send('PATCH', `/api/v1/devices/${id}`, {
        tags: ['constructor', 'toString'],
      })
      const client = await connectDevice(platform, device)
      const values = names.map((name, index) => `"${name}":${index}`).join(',')
      await client.publishAsync(device.credential.topics.telemetry, `{${values}}`, { qos: 1 })
      const latest = await organization.send<{ items: { key: string; value: number }[] }>(
        'GET',
        `/api/v1/devices/${id}/telemetry/latest`,
      )
      expect(Object.fromEntries(latest.items.map(({ key, value }) => [key, value]))).toEqual(
        Object.fromEntries(names.map((name, index) => [name, index])),
      )
      await eventually(() =>
        expect(seen.map(({ topic }) => topic)).toContain(device.credential.topics.telemetry),
      )
      await client.publishAsync(`constructor/devices/${id}/__proto__`, '{"polluted":1}', { qos: 1 })
      await client.endAsync()
    }
    const { items } = await organization.send<{ items: { id: string }[] }>('GET', '/api/v1/devices?sort=id')
    expect(items.map(({ id }) => id).sort()).toEqual([...names].sort())
    const overview = await ask(organization, 'GET', '/api/v1/overview')
    expect(overview.status).toBe(200)
    expect(JSON.stringify(overview.body)).not.toContain('polluted')
    expect((await ask(organization, 'GET', '/api/v1/organization/usage')).status).toBe(200)
    expect((await ask(createClient(platform.url), 'GET', '/metrics')).status).toBe(200)
    await watcher.endAsync()
  })
})
