import { may, type Scope, scopes } from '@heliograph/protocol'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { type Administrator, createAdministrator, createMember } from '../../support/accounts.js'
import { createClient, type HttpClient } from '../../support/http-client.js'
import { type Platform, startPlatform } from '../../support/platform.js'
import { closed, connectToken, requestToken } from '../mqtt/support.js'
import { ask } from './callers.js'
import { permissionOf, routes } from './routes.js'

let platform: Platform
let owner: Administrator
const keys = '/api/v1/api-keys'
const provisioning: Scope[] = ['devices.create', 'credentials.manage']

beforeAll(async () => {
  platform = await startPlatform({ env: { LIMITS: 'apiKeyRequests.perMinute=60,apiKeyRequests.burst=40' } })
  owner = await createAdministrator(platform)
  await owner.send('POST', '/api/v1/devices', { name: 'Pump', id: 'pump' })
})
afterAll(() => platform?.stop())

const code = (status: number, problem: string) => ({ status, body: { code: problem } })
const using = (key: unknown) => createClient(platform.url, { authorization: `Bearer ${key}` })

async function make(maker: HttpClient, input: object) {
  const made = await maker.send<Record<string, unknown> & { id: string }>('POST', keys, {
    name: 'a key',
    ...input,
  })
  return { made, script: using(made.key) }
}

describe('an API key with scopes', () => {
  it('provisions devices, and does nothing else', async () => {
    const { made, script } = await make(owner, { scopes: provisioning })
    expect(made).toMatchObject({ role: 'admin', scopes: provisioning, tags: null })
    expect((await ask(script, 'POST', '/api/v1/devices', { name: 'New', id: 'new' })).status).toBe(201)
    expect((await ask(script, 'POST', '/api/v1/devices/new/credentials', {})).status).toBe(201)
    const refused = routes.flatMap((row) => {
      const permission = permissionOf(row)
      if (permission === null || (provisioning as string[]).includes(permission)) return []
      return [{ ...row, problem: may('admin', permission) ? 'scope_required' : 'role_required' }]
    })
    expect(refused.length).toBeGreaterThan(15)
    for (const { route, body, query = '', problem } of refused) {
      const [method = '', path = ''] = route.split(' ')
      const filled = (path + query).replace('{device}', 'pump').replace(/\{\w+\}/, 'x')
      expect(`${route} ${(await ask(script, method, filled, body)).body.code}`).toBe(`${route} ${problem}`)
    }
  })

  it('has the least role for them, and none that its role is not allowed', async () => {
    expect((await make(owner, { scopes: ['devices.read'] })).made.role).toBe('viewer')
    expect((await make(owner, { scopes: ['apps.publish', 'devices.read'] })).made.role).toBe('operator')
    expect(await ask(owner, 'POST', keys, { name: 'x', role: 'viewer', scopes: provisioning })).toMatchObject(
      code(400, 'invalid'),
    )
    for (const wrong of [[], ['members.leave'], ['everything']])
      expect((await ask(owner, 'POST', keys, { name: 'x', scopes: wrong })).status).toBe(400)
  })

  it('makes no key that does more, gives nobody more, and its keys have its scopes', async () => {
    const { script } = await make(owner, { scopes: ['apiKeys.manage', 'members.manage', 'devices.read'] })
    expect(await ask(script, 'POST', keys, { name: 'x', scopes: ['devices.create'] })).toMatchObject(
      code(403, 'scope_exceeded'),
    )
    expect((await make(script, { scopes: ['devices.read'] })).made.scopes).toEqual(['devices.read'])
    const { made, script: child } = await make(script, {})
    expect(new Set(made.scopes as string[])).toEqual(
      new Set(['apiKeys.manage', 'members.manage', 'devices.read']),
    )
    expect(await ask(child, 'POST', '/api/v1/devices', { name: 'No' })).toMatchObject(
      code(403, 'scope_required'),
    )
    const person = await createMember(platform, owner, 'viewer')
    for (const answer of [
      await ask(script, 'POST', '/api/v1/invitations', { role: 'admin' }),
      await ask(script, 'PATCH', `/api/v1/members/${person.id}`, { role: 'admin' }),
    ])
      expect(answer).toMatchObject(code(403, 'scope_exceeded'))
    expect((await ask(script, 'DELETE', `/api/v1/members/${person.id}`)).status).toBe(204)
  })

  it('does not remove members without the scope for it', async () => {
    const person = await createMember(platform, owner, 'viewer')
    const { script } = await make(owner, { scopes: scopes.filter((scope) => scope !== 'members.manage') })
    expect(await ask(script, 'DELETE', `/api/v1/members/${person.id}`)).toMatchObject(
      code(403, 'scope_required'),
    )
  })

  it('loses what the person behind it loses', async () => {
    const person = await createMember(platform, owner, 'admin')
    const { script } = await make(person, { scopes: [...provisioning, 'devices.read'] })
    expect((await ask(script, 'POST', '/api/v1/devices', { name: 'Before' })).status).toBe(201)
    await owner.send('PATCH', `/api/v1/members/${person.id}`, { role: 'viewer' })
    expect(may('viewer', 'devices.create')).toBe(false)
    expect(await ask(script, 'POST', '/api/v1/devices', { name: 'After' })).toMatchObject(
      code(403, 'role_required'),
    )
    expect((await ask(script, 'GET', '/api/v1/devices')).status).toBe(200)
  })

  it('gets a token only with the scope for it', async () => {
    const { script } = await make(owner, { scopes: ['devices.read'] })
    expect(await ask(script, 'POST', '/api/v1/mqtt/tokens', {})).toMatchObject(code(403, 'scope_required'))
    const { script: reader } = await make(owner, { role: 'operator', scopes: ['topics.subscribe'] })
    expect((await ask(reader, 'POST', '/api/v1/mqtt/tokens', {})).status).toBe(201)
    const publish = [`${owner.organization}/apps/#`]
    expect(await ask(reader, 'POST', '/api/v1/mqtt/tokens', { publish })).toMatchObject({
      ...code(403, 'filter_denied'),
      body: { detail: expect.stringContaining('scope apps.publish') },
    })
  })

  it('is in the audit with what it was limited to', async () => {
    const { made } = await make(owner, { scopes: ['devices.read'], tags: ['pumps'] })
    const { rows } = await platform.pool.query('SELECT after FROM audit_row WHERE target = $1', [
      `api-key/${made.id}`,
    ])
    expect(rows).toEqual([{ after: expect.objectContaining({ scopes: ['devices.read'], tags: ['pumps'] }) }])
  })
})

describe('the rotation of an API key', () => {
  it('makes a new secret beside the old one for a time, and keeps the rest', async () => {
    const { made, script } = await make(owner, { scopes: ['devices.read', 'topics.subscribe'] })
    const path = `${keys}/${made.id}/rotate`
    const connection = await connectToken(await requestToken(script))
    const { status, body } = await ask(owner, 'POST', path, { overlapSeconds: 3_600 })
    expect(status).toBe(201)
    expect(body).toMatchObject({
      id: made.id,
      scopes: made.scopes,
      role: made.role,
      expiresAt: made.expiresAt,
    })
    expect(body.key).not.toBe(made.key)
    expect(body.hint).toBe(String(body.key).slice(-4))
    for (const secret of [made.key, body.key])
      expect((await ask(using(secret), 'GET', '/api/v1/devices')).status).toBe(200)
    expect(connection.connected).toBe(true)
    await platform.pool.query('UPDATE api_key SET previous_secret_expires_at = now() WHERE id = $1', [
      made.id,
    ])
    expect((await ask(script, 'GET', '/api/v1/devices')).status).toBe(401)

    const ended = closed(connection)
    const again = await ask(owner, 'POST', path, { overlapSeconds: 0 })
    await ended
    expect((await ask(using(body.key), 'GET', '/api/v1/devices')).status).toBe(401)
    expect((await ask(using(again.body.key), 'GET', '/api/v1/devices')).status).toBe(200)
    const { rows } = await platform.pool.query(
      `SELECT detail FROM audit_row WHERE action = 'apiKey.rotate' AND target = $1 ORDER BY id`,
      [`api-key/${made.id}`],
    )
    expect(rows.map(({ detail }) => detail.overlapSeconds)).toEqual([3_600, 0])
    expect(JSON.stringify(rows)).not.toContain('hg_key_')
  })
})

describe('a key with scopes that manages keys', () => {
  it('gets the secret of no key that does more than it', async () => {
    const { script } = await make(owner, { scopes: ['apiKeys.manage', 'devices.read'] })
    const { made: wide } = await make(owner, {})
    const { made: narrow } = await make(owner, { scopes: ['devices.read'] })
    const rotate = (id: string) => ask(script, 'POST', `${keys}/${id}/rotate`, { overlapSeconds: 0 })
    expect(await rotate(wide.id)).toMatchObject(code(403, 'scope_exceeded'))
    expect((await ask(using(wide.key), 'GET', '/api/v1/devices')).status).toBe(200)
    expect((await rotate(narrow.id)).status).toBe(201)
  })
})

describe('the use of an API key', () => {
  it('is recorded with the address of the client', async () => {
    const { made, script } = await make(owner, {})
    await ask(script, 'GET', '/api/v1/devices')
    await vi.waitFor(
      async () => {
        const { items } = await owner.send<{ items: { id: string }[] }>('GET', keys)
        expect(items.find(({ id }) => id === made.id)).toMatchObject({
          lastUsedAt: expect.any(String),
          lastUsedAddress: '127.0.0.1',
        })
      },
      { timeout: 30_000, interval: 200 },
    )
  })

  it('is limited for each key alone, and says when to come back', async () => {
    const { script } = await make(owner, {})
    const answers = await Promise.all(Array.from({ length: 80 }, () => ask(script, 'GET', '/api/v1/devices')))
    const refused = answers.filter(({ status }) => status === 429)
    expect(refused.length).toBeGreaterThan(20)
    expect(refused[0]).toMatchObject({
      body: { code: 'rate_limited', detail: expect.stringContaining('60 requests a minute') },
    })
    const limit = {
      policy: refused[0]?.headers.get('ratelimit-policy'),
      left: refused[0]?.headers.get('ratelimit'),
    }
    expect(limit).toEqual({
      policy: '"apiKeyRequests";q=40;w=40',
      left: `"apiKeyRequests";r=0;t=${refused[0]?.headers.get('retry-after')}`,
    })
    const left = answers
      .filter(({ status }) => status === 200)
      .map(({ headers }) => headers.get('ratelimit') ?? '')
    expect(left[0]).toMatch(/^"apiKeyRequests";r=\d+;t=1$/)
    expect(new Set(left).size).toBeGreaterThan(20)
    expect(answers.filter(({ status }) => status === 200).length).toBeGreaterThanOrEqual(40)
    const { script: other } = await make(owner, {})
    expect((await ask(other, 'GET', '/api/v1/devices')).status).toBe(200)
    expect((await ask(owner, 'GET', '/api/v1/devices')).status).toBe(200)
  })
})
