import { may, type Permission, type Role, rolesText } from '@heliograph/protocol'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Administrator, createAdministrator, signIn } from '../../support/accounts.js'
import { createClient, type HttpClient } from '../../support/http-client.js'
import { type Platform, startPlatform } from '../../support/platform.js'
import { apiKey, ask, personWithoutOrganization, scriptOfOtherOrganization } from './callers.js'
import { routes as allRoutes, permissionOf } from './routes.js'

/** The routes that need a caller. Set-up, links of invitations and ingest by a device's credential are in other specs. */
const routes = allRoutes
  .filter(({ requires }) => !['anybody', 'visitor', 'device'].includes(requires))
  .map((row) => ({
    ...row,
    deviceRoute: row.route.includes('{device}'),
    open: permissionOf(row) === null,
    manages: !mayDo('viewer', permissionOf(row)),
  }))

function mayDo(role: Role, permission: Permission | null): boolean {
  return permission === null || may(role, permission)
}

let platform: Platform
let administrator: Administrator
let viewer: HttpClient
let otherScript: HttpClient
let loner: HttpClient
let operator: HttpClient
let credentialId: string

beforeAll(async () => {
  platform = await startPlatform({ env: { ALLOW_NEW_ORGANIZATIONS: 'true' } })
  administrator = await createAdministrator(platform)
  viewer = await apiKey(platform, administrator, 'viewer')
  operator = await apiKey(platform, administrator, 'operator')
  otherScript = await scriptOfOtherOrganization(platform, administrator)
  loner = await personWithoutOrganization(platform, administrator)
  await administrator.send('POST', '/api/v1/devices', { name: 'Pump', id: 'pump' })
  const path = '/api/v1/devices/pump/credentials'
  credentialId = (await administrator.send<{ id: string }>('POST', path)).id
})
afterAll(() => platform?.stop())

function split(route: string, device = 'pump'): [method: string, path: string] {
  const [method = '', path = ''] = route.split(' ')
  const query = routes.find((known) => known.route === route)?.query ?? ''
  return [
    method,
    (path + query)
      .replace('{device}', device)
      .replace('{id}', credentialId)
      .replace('{user}', 'somebody')
      .replace('{session}', 'somebody')
      .replace('{passkey}', 'some-passkey')
      .replace('{organization}', administrator.organization),
  ]
}

describe.each(routes)('$route', ({ route, requires, body, invalid, deviceRoute, open, manages }) => {
  const problem = (status: number, code: string) => ({
    status,
    body: expect.objectContaining({ status, code, title: expect.any(String), type: 'about:blank' }),
  })

  it('refuses unknown callers', async () => {
    const [method, path] = split(route)
    for (const authorization of [
      undefined,
      'Bearer hg_key_unknown',
      'Bearer unknown.token',
      'Basic eDp5',
      'nonsense',
    ]) {
      const client = createClient(platform.url, authorization === undefined ? {} : { authorization })
      const answer = await ask(client, method, path, body)
      expect(answer).toMatchObject(problem(401, 'unauthorized'))
      expect(answer.headers.get('content-type')).toContain('application/problem+json')
      expect(answer.headers.get('www-authenticate')).toContain('Bearer')
    }
  })

  it('refuses an invalid bearer token also with a valid cookie', async () => {
    const [method, path] = split(route)
    const client = administrator.with({ authorization: 'Bearer hg_key_unknown' })
    expect(await ask(client, method, path, body)).toMatchObject(problem(401, 'unauthorized'))
  })

  it.runIf(!open)('answers the same for another organization and for one that does not exist', async () => {
    const [method, path] = split(route)
    const [own, none] = await Promise.all([
      ask(loner, method, path, body, { 'heliograph-org': administrator.organization }),
      ask(loner, method, path, body, { 'heliograph-org': 'no-such-organization' }),
    ])
    expect(own).toMatchObject(problem(403, 'not_a_member'))
    expect(own.body).toEqual(none.body)
    const key = await ask(otherScript, method, path, body, { 'heliograph-org': administrator.organization })
    expect(key.body).toEqual(none.body)
  })

  it.runIf(manages)('refuses viewers, and names the roles that may', async () => {
    const [method, path] = split(route)
    const answer = await ask(viewer, method, path, body)
    expect(answer).toMatchObject(problem(403, 'role_required'))
    const roles = rolesText(requires as Permission)
    expect(answer.body.detail).toBe(`This requires the role ${roles}; yours is viewer.`)
  })

  it.runIf(manages && !mayDo('operator', requires as Permission))('refuses operators', async () => {
    const [method, path] = split(route)
    expect(await ask(operator, method, path, body)).toMatchObject(problem(403, 'role_required'))
  })

  it.runIf(!route.startsWith('GET'))('refuses pages of another origin', async () => {
    const [method, path] = split(route)
    const answer = await ask(administrator, method, path, body, { origin: 'https://evil.example' })
    expect(answer).toMatchObject(problem(403, 'origin_refused'))
  })

  it.runIf(deviceRoute)(
    'answers the same for a device of another organization and for one that does not exist',
    async () => {
      const [method, path] = split(route)
      expect(await ask(otherScript, method, path, body)).toMatchObject(problem(404, 'device_not_found'))
      const [, missing] = split(route, 'missing')
      expect(await ask(administrator, method, missing, body)).toMatchObject(problem(404, 'device_not_found'))
    },
  )

  it.runIf(deviceRoute)('refuses an invalid device id', async () => {
    const [method, path] = split(route, 'no%20id')
    expect(await ask(administrator, method, path, body)).toMatchObject(problem(400, 'invalid'))
  })

  it.runIf(invalid !== undefined)('refuses an invalid body, and names the field', async () => {
    const [method, path] = split(route)
    const answer = await ask(administrator, method, path, invalid)
    expect(answer).toMatchObject(problem(400, 'invalid'))
    expect(answer.body.errors).toEqual([
      { path: expect.any(String), message: expect.any(String) },
      ...((answer.body.errors as unknown[]) ?? []).slice(1),
    ])
  })

  it.runIf(body !== undefined)('refuses a body that is not JSON', async () => {
    const [method, path] = split(route)
    const response = await fetch(new URL(path, platform.url), {
      method,
      headers: { 'content-type': 'application/json' },
      body: '{"name": ',
    })
    expect({ status: response.status, body: await response.json() }).toMatchObject(
      problem(400, 'bad_request'),
    )
  })
})

it('a member of several organizations has to name one', async () => {
  const person = await signIn(platform, administrator.email, administrator.password)
  expect(await ask(person, 'GET', '/api/v1/devices')).toMatchObject({
    status: 400,
    body: { code: 'organization_required' },
  })
  const named = await ask(person, 'GET', '/api/v1/devices', undefined, {
    'heliograph-org': administrator.organization,
  })
  expect(named.status).toBe(200)
  expect(named.headers.get('cache-control')).toBe('no-store')
})

it('a link to an export names the organization in its query', async () => {
  const person = await signIn(platform, administrator.email, administrator.password)
  for (const path of ['/api/v1/devices/pump/telemetry?', '/api/v1/telemetry?devices=pump&']) {
    const table = (organization: string, headers = {}) =>
      ask(person, 'GET', `${path}format=csv&organization=${organization}`, undefined, headers)
    expect(await table(administrator.organization)).toMatchObject({ status: 200 })
    expect(await table('no-such-organization')).toMatchObject({ status: 403, body: { code: 'not_a_member' } })
    expect(await table('NO SLUG')).toMatchObject({ status: 403 })
    const header = { 'heliograph-org': 'no-such-organization' }
    expect(await table(administrator.organization, header)).toMatchObject({ status: 403 })
  }
  const elsewhere = `/api/v1/devices?organization=${administrator.organization}`
  expect(await ask(person, 'GET', elsewhere)).toMatchObject({ status: 400 })
})
