import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { type Administrator, createAdministrator, createOrganization } from '../../support/accounts.js'
import { createClient } from '../../support/http-client.js'
import { type Platform, startPlatform } from '../../support/platform.js'
import { closed, connectToken, eventually, refusalCode, requestToken, watch } from '../mqtt/support.js'
import { apiKey, ask, personWithoutOrganization, scriptOfOtherOrganization } from './callers.js'

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

/** Keys of an organization, by id. */
async function listed(): Promise<Map<string, Record<string, unknown>>> {
  const { items } = await administrator.send<{ items: { id: string }[] }>('GET', keys)
  return new Map(items.map((item) => [item.id, item]))
}

describe('an API key that was made with an API key', () => {
  const inDays = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString()
  const makeWith = async (body: object) => {
    const made = await administrator.send<Record<string, string>>('POST', keys, { name: 'maker', ...body })
    return { ...createClient(platform.url, { authorization: `Bearer ${made.key}` }), made }
  }

  it('ends with it at the latest', async () => {
    const maker = await makeWith({ expiresAt: inDays(0.04) })
    const { status, body } = await ask(maker, 'POST', keys, { name: 'child' })
    expect(status).toBe(201)
    expect(body.expiresAt).toBe(maker.made.expiresAt)
    expect(await ask(maker, 'POST', keys, { name: 'child', expiresAt: inDays(1_800) })).toMatchObject({
      status: 400,
      body: {
        code: 'invalid',
        errors: [{ path: 'expiresAt', message: expect.stringContaining(String(maker.made.expiresAt)) }],
      },
    })
    expect((await ask(maker, 'POST', keys, { name: 'child', expiresAt: inDays(0.02) })).status).toBe(201)
  })

  it('names it, and is deleted with it', async () => {
    const maker = await makeWith({})
    const child = await apiKey(platform, maker)
    const grandchild = await apiKey(platform, child)
    const connection = await connectToken(await requestToken(grandchild))
    const rows = await listed()
    const { user } = await administrator.send<{ user: { id: string } }>('GET', '/api/v1/me')
    expect(maker.made.createdBy).toEqual({ kind: 'person', id: user.id, name: 'Ada Admin' })
    expect(rows.get(String(maker.made.id))?.createdBy).toEqual(maker.made.createdBy)
    expect(rows.get(child.id)?.createdBy).toEqual({ kind: 'apiKey', id: maker.made.id, name: 'maker' })
    expect(rows.get(grandchild.id)?.createdBy).toMatchObject({ kind: 'apiKey', id: child.id })

    const ended = closed(connection)
    expect((await ask(administrator, 'DELETE', `${keys}/${maker.made.id}`)).status).toBe(204)
    await ended
    expect((await ask(child, 'GET', '/api/v1/devices')).status).toBe(401)
    expect((await ask(grandchild, 'GET', '/api/v1/devices')).status).toBe(401)
    const { rows: audit } = await platform.pool.query(
      `SELECT detail FROM audit_row WHERE action = 'apiKey.delete' AND target = $1`,
      [`api-key/${maker.made.id}`],
    )
    expect(audit[0].detail.madeWithIt.toSorted()).toEqual([child.id, grandchild.id].toSorted())
  })
})

describe('an API key of a person', () => {
  it('never does more than the person, and is refused when they leave the organization', async () => {
    const person = await personWithoutOrganization(platform, administrator)
    const [{ id }] = (await platform.pool.query('SELECT id FROM "user" WHERE email = $1', [person.email]))
      .rows
    await platform.pool.query(
      `INSERT INTO member (organization_id, user_id, role) SELECT id, $1, 'admin' FROM organization WHERE slug = $2`,
      [id, administrator.organization],
    )
    const script = await apiKey(platform, person)
    const child = await apiKey(platform, script)
    const publish = [`${administrator.organization}/apps/#`]
    const tokens = [await requestToken(script, { publish }), await requestToken(person, { publish })]
    expect((await ask(script, 'POST', '/api/v1/devices', { name: 'By a script' })).status).toBe(201)

    await platform.pool.query(`UPDATE member SET role = 'viewer' WHERE user_id = $1`, [id])
    for (const key of [script, child]) {
      expect(await ask(key, 'POST', '/api/v1/devices', { name: 'No' })).toMatchObject({
        status: 403,
        body: { code: 'role_required' },
      })
      expect((await ask(key, 'GET', '/api/v1/devices')).status).toBe(200)
      expect((await listed()).get(key.id)).toMatchObject({ role: 'admin', effectiveRole: 'viewer' })
    }
    const reader = await connectToken(await requestToken(administrator))
    const seen = await watch(reader, publish[0] ?? '')
    for (const token of [...tokens, await requestToken(administrator, { publish })]) {
      const client = await connectToken(token)
      await client.publishAsync(`${administrator.organization}/apps/chat/all`, `"${token.username}"`, {
        qos: 1,
      })
      await client.endAsync()
      if (!tokens.includes(token))
        await eventually(() => expect(seen.map(({ json }) => json)).toEqual([token.username]))
    }
    await reader.endAsync()

    await platform.pool.query('DELETE FROM member WHERE user_id = $1', [id])
    for (const key of [script, child]) {
      expect(await ask(key, 'GET', '/api/v1/devices')).toMatchObject({
        status: 401,
        body: { code: 'api_key_maker_left', detail: expect.stringContaining('no longer a member') },
      })
      expect((await listed()).get(key.id)).toMatchObject({ effectiveRole: null })
    }
    for (const token of tokens) expect(await refusalCode(connectToken(token))).toBe(4)
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

  it('give an admin more rights than a viewer', async () => {
    await platform.pool.query(`UPDATE member SET role = 'viewer'`)
    expect((await ask(administrator, 'GET', '/api/v1/devices')).status).toBe(200)
    expect((await ask(administrator, 'POST', '/api/v1/devices', { name: 'No' })).status).toBe(403)
  })
})
