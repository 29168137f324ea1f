import { may, mayWithTagLimit, type Permission } from '@heliograph/protocol'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  type Administrator,
  createAdministrator,
  createMember,
  type MemberAccount,
} from '../../support/accounts.js'
import { createClient, type HttpClient } from '../../support/http-client.js'
import { type Platform, startPlatform } from '../../support/platform.js'
import { type Answer, ask } from './callers.js'
import { permissionOf, type Route, routes } from './routes.js'

let platform: Platform
let owner: Administrator
let operator: MemberAccount
/** An admin's key with the same limit: it has every permission that a limit leaves. */
let key: HttpClient
let credential: string

const tags = ['site-hamburg']

beforeAll(async () => {
  platform = await startPlatform()
  owner = await createAdministrator(platform)
  await owner.send('POST', '/api/v1/devices', { name: 'Seen pump', id: 'seen', tags: ['pumps', ...tags] })
  await owner.send('POST', '/api/v1/devices', { name: 'Hidden pump', id: 'hidden', tags: ['site-munich'] })
  await owner.send('POST', '/api/v1/devices', { name: 'Hidden untagged', id: 'hidden-untagged' })
  credential = (await owner.send<{ id: string }>('POST', '/api/v1/devices/hidden/credentials', {})).id
  operator = await createMember(platform, owner, 'operator', 'Conny Contractor', { tags })
  const made = await owner.send<{ key: string }>('POST', '/api/v1/api-keys', { name: 'Hamburg', tags })
  key = createClient(platform.url, { authorization: `Bearer ${made.key}` })
})
afterAll(() => platform?.stop())

const code = (status: number, problem: string) => ({ status, body: { code: problem } })

/** The routes of an organization, with what hides the device that is outside of the limit. */
const walked = routes.flatMap((row) => {
  const permission = permissionOf(row)
  return permission === null ? [] : [{ ...row, permission, names: namesDevice(row) }]
})

function namesDevice({ route, query = '' }: Route): boolean {
  return route.includes('{device}') || query.includes('devices=')
}

/** A request that names the device which does not exist for the caller. */
function call(client: HttpClient, { route, query = '', body }: Route, device: string): Promise<Answer> {
  const [method = '', path = ''] = route.split(' ')
  const filled = (path + query.replace('=pump', `=${device}`))
    .replace('{device}', device)
    .replace('{id}', path.includes('/credentials/') ? credential : 'nothing')
    .replace('{user}', operator.id)
  return ask(client, method, filled, body)
}

function expected(row: { permission: Permission; names: boolean }, role: 'operator' | 'admin') {
  if (!may(role, row.permission)) return '403 role_required'
  if (!mayWithTagLimit(row.permission)) return '403 tag_limited'
  return row.names ? '404 device_not_found' : null
}

describe.each(walked)('$route', (row) => {
  it.each(['operator', 'admin'] as const)('shows nothing of other devices to a limited %s', async (role) => {
    if (row.route === 'DELETE /api/v1/members/{user}' && role === 'operator') return
    const client = role === 'operator' ? operator : key
    const answer = await call(client, row, 'hidden')
    const refusal = expected(row, role)
    if (row.route === 'DELETE /api/v1/members/{user}') expect(answer).toMatchObject(code(403, 'tag_limited'))
    else if (refusal === null) expect([200, 201, 204]).toContain(answer.status)
    else expect(`${answer.status} ${answer.body.code}`).toBe(refusal)
    const text = JSON.stringify(answer.body)
    for (const hidden of ['Hidden', 'site-munich', 'hidden-untagged', credential])
      expect(text).not.toContain(hidden)
    // As for a device that does not exist at all.
    if (row.names && refusal?.startsWith('404')) {
      const missing = await call(client, row, 'missing')
      expect(JSON.stringify(missing.body).replaceAll('missing', 'hidden')).toBe(text)
    }
  })
})

describe('a tag limit', () => {
  it('leaves the devices that have one of the tags, in lists, searches, counts and the overview', async () => {
    for (const client of [operator, key]) {
      for (const query of ['', '?search=pump', '?tag=site-hamburg', '?sort=-createdAt', '?status=never']) {
        const { items } = await client.send<{ items: { id: string }[] }>('GET', `/api/v1/devices${query}`)
        expect(items.map(({ id }) => id)).toEqual(['seen'])
      }
      expect(await client.send('GET', '/api/v1/devices?tag=site-munich')).toMatchObject({ items: [] })
      expect(await client.send('GET', '/api/v1/devices/seen')).toMatchObject({ name: 'Seen pump' })
      expect(await client.send('GET', '/api/v1/overview')).toMatchObject({
        fleet: {
          devices: 1,
          online: 0,
          statuses: { online: 0, quiet: 0, offline: 0, never: 1 },
          messagesPerSecond: null,
          storage: null,
        },
        traffic: [],
      })
    }
    const unlimited = await owner.send<{ fleet: { messagesPerSecond: unknown } }>('GET', '/api/v1/overview')
    expect(unlimited).toMatchObject({ fleet: { devices: 3, messagesPerSecond: expect.any(Number) } })
  })

  it('shows refusals of these devices alone', async () => {
    for (const id of ['seen', 'hidden']) {
      const { username, password } = await owner.send<Record<string, string>>(
        'POST',
        `/api/v1/devices/${id}/credentials`,
        {},
      )
      const authorization = `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`
      const device = createClient(platform.url, { authorization })
      expect((await ask(device, 'POST', `/api/v1/devices/${id}/telemetry`, 'no object')).status).toBe(422)
    }
    const seen = async (client: HttpClient) => {
      const { refusals, fleet } = await client.send<{
        refusals: { device: string; count: number }[]
        fleet: { refusals: { lastHour: number }[] }
      }>('GET', '/api/v1/overview')
      const counted = fleet.refusals.reduce((sum, { lastHour }) => sum + lastHour, 0)
      return { devices: refusals.map(({ device }) => device).sort(), counted }
    }
    expect(await seen(owner)).toEqual({ devices: ['hidden', 'seen'], counted: 2 })
    expect(await seen(operator)).toEqual({ devices: ['seen'], counted: 1 })
  })

  it('lets an operator change these devices, and not the tags by which others see them', async () => {
    const path = '/api/v1/devices/seen'
    expect(
      await ask(operator, 'PATCH', path, { name: 'Pump 7', tags: ['site-hamburg', 'pumps'] }),
    ).toMatchObject({
      status: 200,
      body: { name: 'Pump 7' },
    })
    for (const changed of [['site-hamburg'], ['site-hamburg', 'pumps', 'site-munich'], []])
      expect(await ask(operator, 'PATCH', path, { tags: changed })).toMatchObject(code(403, 'tag_limited'))
    expect(await ask(operator, 'PATCH', '/api/v1/devices/hidden', { name: 'No' })).toMatchObject(
      code(404, 'device_not_found'),
    )
  })

  it('is told to who has it, and to who manages members', async () => {
    expect(await operator.send('GET', '/api/v1/me')).toMatchObject({
      organizations: [{ role: 'operator', tags }],
    })
    const listed = async (client: HttpClient) =>
      (await client.send<{ items: { id: string; tags: unknown }[] }>('GET', '/api/v1/members')).items.find(
        ({ id }) => id === operator.id,
      )
    expect(await listed(owner)).toMatchObject({ tags })
    expect(await listed(operator)).toMatchObject({ tags: null })
  })

  it('is changed and ended at once, and is in the audit', async () => {
    const person = await createMember(platform, owner, 'viewer', 'Vic Viewer', { tags: tags })
    const path = `/api/v1/members/${person.id}`
    expect((await ask(person, 'GET', '/api/v1/devices/hidden')).status).toBe(404)
    await owner.send('PATCH', path, { tags: ['site-munich'] })
    expect((await ask(person, 'GET', '/api/v1/devices/hidden')).status).toBe(200)
    expect((await ask(person, 'GET', '/api/v1/devices/seen')).status).toBe(404)
    await owner.send('PATCH', path, { role: 'operator' })
    expect((await ask(person, 'GET', '/api/v1/devices/seen')).status).toBe(404)
    expect(await ask(owner, 'PATCH', path, { role: 'admin', tags })).toMatchObject(code(400, 'invalid'))
    expect(await ask(owner, 'PATCH', path, { role: 'admin' })).toMatchObject({
      status: 200,
      body: { tags: null },
    })
    expect((await ask(person, 'GET', '/api/v1/devices/seen')).status).toBe(200)
    expect(await ask(owner, 'PATCH', path, { tags })).toMatchObject(code(400, 'invalid'))
    const { rows } = await platform.pool.query(
      `SELECT before, after FROM audit_row WHERE action = 'member.update' AND target = $1 ORDER BY id`,
      [`member/${person.id}`],
    )
    expect(rows).toEqual([
      { before: { tags }, after: { tags: ['site-munich'] } },
      { before: { role: 'viewer' }, after: { role: 'operator' } },
      { before: { role: 'operator', tags: ['site-munich'] }, after: { role: 'admin', tags: null } },
    ])
  })

  it('of an invitation is told before it is accepted, and no owner or admin has one', async () => {
    for (const role of ['owner', 'admin'])
      expect(await ask(owner, 'POST', '/api/v1/invitations', { role, tags })).toMatchObject(
        code(400, 'invalid'),
      )
    const { url } = await owner.send<{ url: string }>('POST', '/api/v1/invitations', { role: 'viewer', tags })
    const token = new URL(url).hash.slice(1)
    const anonymous = createClient(platform.url)
    expect(await ask(anonymous, 'POST', '/api/v1/invitations/read', { token })).toMatchObject({
      body: { role: 'viewer', tags },
    })
    const { items } = await owner.send<{ items: { tags: unknown }[] }>('GET', '/api/v1/invitations')
    expect(items[0]).toMatchObject({ tags })
  })

  it('of a person holds for keys that they made before', async () => {
    const person = await createMember(platform, owner, 'admin')
    const made = await person.send<{ key: string }>('POST', '/api/v1/api-keys', {
      name: 'Of a later contractor',
    })
    const script = createClient(platform.url, { authorization: `Bearer ${made.key}` })
    expect((await ask(script, 'GET', '/api/v1/devices/hidden')).status).toBe(200)
    await owner.send('PATCH', `/api/v1/members/${person.id}`, { role: 'viewer', tags })
    expect((await ask(script, 'GET', '/api/v1/devices/hidden')).status).toBe(404)
    expect((await ask(script, 'GET', '/api/v1/devices/seen')).status).toBe(200)
  })
})
