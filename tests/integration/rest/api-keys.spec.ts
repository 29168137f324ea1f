import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { type Administrator, createAdministrator, createOrganization } from '../../support/accounts.js'
import { createClient } from '../../support/http-client.js'
import { type Platform, startPlatform } from '../../support/platform.js'
import { apiKey, ask, scriptOfOtherOrganization } from './callers.js'

let platform: Platform
let administrator: Administrator
const keys = '/api/v1/api-keys'

beforeAll(async () => {
  platform = await startPlatform()
  administrator = await createAdministrator(platform)
})
afterAll(() => platform?.stop())

describe('an API key', () => {
  it('is shown once, kept as a hash, and acts in its organization', async () => {
    const { body, status } = await ask(administrator, 'POST', keys, { name: 'ci' })
    const key = String(body.key)
    expect(status).toBe(201)
    expect(body).toMatchObject({
      name: 'ci',
      role: 'admin',
      key: expect.stringMatching(/^hg_key_[A-Za-z0-9_-]{43}$/),
      hint: key.slice(-4),
      lastUsedAt: null,
    })
    const days = (Date.parse(String(body.expiresAt)) - Date.parse(String(body.createdAt))) / 86_400_000
    expect(Math.round(days)).toBe(90)
    expect(JSON.stringify((await ask(administrator, 'GET', keys)).body)).not.toContain(key.slice(7, 40))
    const script = createClient(platform.url, { authorization: `bearer ${key}` })
    expect((await ask(script, 'GET', '/api/v1/devices')).status).toBe(200)
    expect(
      (
        await ask(script, 'GET', '/api/v1/devices', undefined, {
          'heliograph-org': administrator.organization,
        })
      ).status,
    ).toBe(200)
    expect((await ask(script, 'GET', '/api/v1/platform')).status).toBe(200)
    expect((await ask(script, 'GET', '/api/v1/me')).status).toBe(403)
    await vi.waitFor(
      async () => {
        const { items } = await administrator.send<{ items: { lastUsedAt: unknown }[] }>('GET', keys)
        expect(items[0]?.lastUsedAt).toEqual(expect.any(String))
      },
      { timeout: 20_000, interval: 200 },
    )
  })

  it('stops working when it is deleted', async () => {
    const script = await apiKey(platform, administrator)
    expect((await ask(administrator, 'DELETE', `${keys}/${script.id}`)).status).toBe(204)
    expect((await ask(script, 'GET', '/api/v1/devices')).status).toBe(401)
    expect(await ask(administrator, 'DELETE', `${keys}/${script.id}`)).toMatchObject({
      status: 404,
      body: { code: 'api_key_not_found' },
    })
  })

  it('stops working when it expires', async () => {
    const script = await apiKey(platform, administrator)
    await platform.pool.query(`UPDATE api_key SET expires_at = now() - interval '1 second' WHERE id = $1`, [
      script.id,
    ])
    expect((await ask(script, 'GET', '/api/v1/devices')).status).toBe(401)
  })

  it('accepts an expiry within five years only', async () => {
    const at = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString()
    expect((await ask(administrator, 'POST', keys, { name: 'x', expiresAt: at(30) })).status).toBe(201)
    expect((await ask(administrator, 'POST', keys, { name: 'x', expiresAt: at(-1) })).status).toBe(400)
    expect((await ask(administrator, 'POST', keys, { name: 'x', expiresAt: at(3_000) })).status).toBe(400)
  })

  it('of another organization is not listed, and cannot be deleted', async () => {
    const own = await apiKey(platform, administrator)
    const otherScript = await scriptOfOtherOrganization(platform, administrator)
    expect((await ask(otherScript, 'DELETE', `${keys}/${own.id}`)).status).toBe(404)
    const { items } = await otherScript.send<{ items: { id: string }[] }>('GET', keys)
    expect(items.map(({ id }) => id)).not.toContain(own.id)
    expect((await ask(own, 'GET', keys)).status).toBe(200)
  })
})

describe('organizations', () => {
  it('may each have a device with the same id', async () => {
    const other = await createOrganization(administrator)
    await administrator.send('POST', '/api/v1/devices', { name: 'Mine', id: 'same' })
    await other.send('POST', '/api/v1/devices', { name: 'Theirs', id: 'same' })
    expect((await ask(administrator, 'GET', '/api/v1/devices/same')).body.name).toBe('Mine')
    expect((await ask(other, 'GET', '/api/v1/devices/same')).body.name).toBe('Theirs')
    await other.send('DELETE', '/api/v1/devices/same')
    expect((await ask(administrator, 'GET', '/api/v1/devices/same')).status).toBe(200)
  })

  it('have unique slugs, and a member of several has to name one', async () => {
    const { organization } = await createOrganization(administrator)
    const again = await ask(administrator, 'POST', '/api/v1/organizations', {
      name: 'Again',
      slug: organization,
    })
    expect(again).toMatchObject({ status: 409, body: { code: 'organization_slug_taken' } })
    const me = await administrator.send<{ organizations: { slug: string; role: string }[] }>(
      'GET',
      '/api/v1/me',
    )
    expect(me.organizations.map(({ slug }) => slug)).toContain(organization)
    const { 'set-cookie': _, ...unnamed } = {} as Record<string, string>
    const response = await ask(administrator.with(unnamed), 'GET', '/api/v1/devices')
    expect(response.status).toBe(200)
  })

  it('can be created only by an administrator of another', async () => {
    await platform.pool.query(`UPDATE member SET role = 'viewer'`)
    const answer = await ask(administrator, 'POST', '/api/v1/organizations', { name: 'No', slug: 'no' })
    expect(answer).toMatchObject({ status: 403, body: { code: 'role_required' } })
    expect((await ask(administrator, 'GET', '/api/v1/devices')).status).toBe(200)
    expect((await ask(administrator, 'POST', '/api/v1/devices', { name: 'No' })).status).toBe(403)
  })
})
