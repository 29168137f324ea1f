import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  type Administrator,
  createAdministrator,
  createMember,
  createOrganization,
} from '../../support/accounts.js'
import { createClient, type HttpClient } from '../../support/http-client.js'
import { type Platform, startPlatform } from '../../support/platform.js'
import { type Answer, apiKey, ask, personWithoutOrganization } from './callers.js'
import { permissionOf, type Route, routes } from './routes.js'

let platform: Platform
let owner: Administrator
let stranger: HttpClient
let strangerKey: HttpClient
let operations: Record<string, Record<string, unknown>>
/** The ids of what is ours, by the parameter that a path has for them. */
const ours: Record<string, string> = {}

beforeAll(async () => {
  platform = await startPlatform({ env: { ALLOW_NEW_ORGANIZATIONS: 'true' } })
  owner = await createAdministrator(platform)
  await owner.send('POST', '/api/v1/devices', { name: 'Pump of ours', id: 'pump' })
  ours.organization = owner.organization
  ours.device = 'pump'
  ours.user = (await createMember(platform, owner, 'viewer')).id
  const issue = async (path: string, body: object) =>
    (await owner.send<{ id: string }>('POST', path, body)).id
  ours.credential = await issue('/api/v1/devices/pump/credentials', {})
  ours.apiKey = await issue('/api/v1/api-keys', { name: 'Key of ours' })
  ours.application = await issue('/api/v1/applications', { name: 'Application of ours' })
  ours.invitation = await issue('/api/v1/invitations', { role: 'viewer', email: 'guest-of-ours@example.com' })
  ours.setAside = await setAside()
  const sessions = await owner.send<{ items: { id: string }[] }>('GET', '/api/v1/me/sessions')
  ours.session = sessions.items[0]?.id ?? ''
  ours.passkey = await passkey(ours.user)

  const person = await personWithoutOrganization(platform, owner)
  const other = await createOrganization({ ...owner, ...person })
  stranger = other
  strangerKey = await apiKey(platform, other)
  const document = await createClient(platform.url).send<{ paths: Record<string, object> }>(
    'GET',
    '/api/openapi.json',
  )
  operations = Object.fromEntries(
    Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]) => [`${method.toUpperCase()} ${path}`, operation]),
    ),
  )
})
afterAll(() => platform?.stop())

async function setAside(): Promise<string> {
  const { rows } = await platform.pool.query(
    `INSERT INTO telemetry.set_aside (organization_id, device_key, received_at, reason, payload, payload_bytes)
     SELECT organization_id, key, now(), 'too slow', '{}', 2 FROM device WHERE id = 'pump' RETURNING id::text`,
  )
  return rows[0].id
}

async function passkey(userId: string): Promise<string> {
  const { rows } = await platform.pool.query(
    `INSERT INTO passkey (id, name, public_key, user_id, credential_id, counter, device_type, backed_up)
     VALUES ('keyofours', 'Key of ours', '', $1, 'ours', 0, 'singleDevice', false) RETURNING id`,
    [userId],
  )
  return rows[0].id
}

function split({ route, query = '' }: Route): [method: string, path: string] {
  const [method = '', path = ''] = route.split(' ')
  const id = path.includes('credentials')
    ? ours.credential
    : path.includes('api-keys')
      ? ours.apiKey
      : path.includes('applications')
        ? ours.application
        : path.includes('invitations')
          ? ours.invitation
          : ours.setAside
  const filled = path.replace(/\{(\w+)\}/g, (_, name) => (name === 'id' ? id : ours[name]) ?? '')
  return [method, filled + query]
}

const call = (client: HttpClient, route: Route, headers?: Record<string, string>): Promise<Answer> => {
  const [method, path] = split(route)
  return ask(client, method, path, route.body, headers)
}

/** Everything of ours that an answer could give away. */
function expectNothingOfOurs({ body }: Answer): void {
  const text = JSON.stringify(body)
  const { user, apiKey, application, credential } = ours
  for (const secret of ['of ours', owner.organization, owner.email, user, apiKey, application, credential])
    expect(text).not.toContain(secret)
}

function expectStranger(answer: Answer, expected: string): void {
  expectNothingOfOurs(answer)
  if (expected === 'own') expect([200, 201, 204]).toContain(answer.status)
  else expect(`${answer.status} ${answer.body.code}`).toBe(expected)
}

it('every route of the OpenAPI document has its row', () => {
  expect(Object.keys(operations).sort()).toEqual(routes.map(({ route }) => route).sort())
})

describe.each(routes)('$route', (row) => {
  const permission = permissionOf(row)

  it('is bound to its permission, or states that it has none', () => {
    expect(operations[row.route]?.['x-permission'] ?? null).toBe(permission)
  })

  it('is refused without credentials', async () => {
    const answer = await call(createClient(platform.url), row)
    if (row.requires === 'anybody' || row.requires === 'visitor') expectStranger(answer, row.stranger)
    else expect(answer).toMatchObject({ status: 401, body: { code: 'unauthorized' } })
  })

  it.runIf(permission !== null)('refuses strangers that name our organization', async () => {
    const named = { 'heliograph-org': owner.organization }
    for (const client of [stranger, strangerKey])
      expect(await call(client, row, named)).toMatchObject({ status: 403, body: { code: 'not_a_member' } })
  })

  it('answers a person of another organization with nothing of ours', async () => {
    expectStranger(await call(stranger, row), row.stranger)
  })

  it('answers a key of another organization with nothing of ours', async () => {
    const again = row.route === 'POST /api/v1/devices' ? { ...row, body: { name: 'Another device' } } : row
    expectStranger(await call(strangerKey, again), row.strangerKey ?? row.stranger)
  })
})

it('a device of another organization sends nothing in the name of ours', async () => {
  await stranger.send('POST', '/api/v1/devices', { name: 'Theirs', id: 'theirs' })
  const { username, password } = await stranger.send<{ username: string; password: string }>(
    'POST',
    '/api/v1/devices/theirs/credentials',
    {},
  )
  const authorization = `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`
  const theirs = createClient(platform.url, { authorization })
  const answer = await ask(theirs, 'POST', '/api/v1/devices/pump/telemetry', { temperature: 1 })
  expect([401, 403, 404]).toContain(answer.status)
})

it('all of ours is as it was', async () => {
  const { body } = await ask(owner, 'GET', '/api/v1/devices/pump')
  expect(body).toMatchObject({ name: 'Pump of ours' })
  const ids = async (path: string) =>
    (await owner.send<{ items: { id: string }[] }>('GET', path)).items.map(({ id }) => id)
  expect(await ids('/api/v1/devices/pump/credentials')).toEqual([ours.credential])
  expect(await ids('/api/v1/api-keys')).toEqual([ours.apiKey])
  expect(await ids('/api/v1/applications')).toEqual([ours.application])
  expect(await ids('/api/v1/invitations')).toEqual([ours.invitation])
  expect(await ids('/api/v1/me/sessions')).toEqual([ours.session])
  expect(await ids('/api/v1/members')).toContain(ours.user)
  expect(await ids('/api/v1/telemetry/set-aside')).toEqual([ours.setAside])
})
