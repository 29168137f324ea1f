import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  type Administrator,
  createAdministrator,
  createMember,
  createOrganization,
  invite,
  type MemberAccount,
} from '../../support/accounts.js'
import { createClient, type HttpClient } from '../../support/http-client.js'
import { type Platform, startPlatform } from '../../support/platform.js'
import { apiKey } from './callers.js'
import { routes } from './routes.js'

/*
 * Each route that may change something is called so that it does, and has to leave a row of the audit with the id of that
 * request. Routes that change nothing an organization has are listed with their reason. A new route is in neither list.
 */

let platform: Platform
let owner: Administrator
/** What routes issued, none of which may be in the audit. */
const secrets: string[] = []

interface Call {
  path?: string
  body?: unknown
  client?: HttpClient
}

const unaudited: Record<string, string> = {
  'POST /api/v1/password-reset': 'mails a link, which changes nothing before it is used',
  'POST /api/v1/password-reset/read': 'reads a link; a POST, so that the token is in no address',
  'POST /api/v1/me/email': 'mails a link, which changes nothing before it is used',
  'POST /api/v1/invitations/read': 'reads an invitation; a POST, so that the token is in no address',
  'POST /api/v1/devices/{device}/telemetry': 'is telemetry, which is data and no change of settings',
  'POST /api/v1/mqtt/tokens':
    'makes a token of minutes for who is signed in already, as pages do all the time',
}

/** Their links come by mail. The specs of mail look at the rows that they leave. */
const byMail: Record<string, string> = {
  'POST /api/v1/password-reset/complete': 'password-reset.spec.ts',
  'POST /api/v1/email-confirmation': 'own-account.spec.ts',
  'POST /api/v1/invitations/confirm': 'mailed-invitations.spec.ts',
}

const created = async (path: string, body: object): Promise<string> => {
  const answer = await owner.send<{ id: string; key?: string; password?: string }>('POST', path, body)
  for (const secret of [answer.key, answer.password]) if (secret !== undefined) secrets.push(secret)
  return answer.id
}

const device = async (id: string): Promise<string> => {
  await created('/api/v1/devices', { name: id, id })
  return id
}

/** A member who has something beside their password by which they sign in. No route makes it without a browser. */
const memberWith = async (insert: string): Promise<MemberAccount> => {
  const member = await createMember(platform, owner, 'viewer')
  await platform.pool.query(insert, [member.id])
  return member
}

/** A member who is signed in elsewhere too, and the id of that session. */
const memberElsewhere = async () => {
  const member = await createMember(platform, owner, 'viewer')
  const session = `elsewhere-${member.id}`
  await platform.pool.query(
    `INSERT INTO session (id, token, user_id, expires_at, updated_at)
     VALUES ($1, $1, $2, now() + interval '1 hour', now())`,
    [session, member.id],
  )
  return { member, session }
}

const application = () => created('/api/v1/applications', { name: 'Node-RED' })

/** How each route is called. */
const calls: Record<string, () => Promise<Call>> = {
  'DELETE /api/v1/me/passkeys/{passkey}': async () => ({
    path: '/api/v1/me/passkeys/p1',
    client: await memberWith(
      `INSERT INTO passkey (id, name, public_key, user_id, credential_id, counter, device_type, backed_up)
       VALUES ('p1', 'Phone', '', $1, 'c1', 0, 'singleDevice', false)`,
    ),
  }),
  'DELETE /api/v1/me/sign-in-methods/open-id-connect': async () => ({
    client: await memberWith(
      `INSERT INTO account (id, account_id, provider_id, user_id, updated_at) VALUES ('a1', 'a1', 'oidc', $1, now())`,
    ),
  }),
  'DELETE /api/v1/me/sessions': async () => ({ client: (await memberElsewhere()).member }),
  'DELETE /api/v1/me/sessions/{session}': async () => {
    const { member, session } = await memberElsewhere()
    return { path: `/api/v1/me/sessions/${session}`, client: member }
  },
  'POST /api/v1/me/delete': async () => {
    const client = await createMember(platform, owner, 'viewer')
    return { client, body: { password: client.password } }
  },
  'POST /api/v1/organizations': async () => ({ body: { name: 'Second', slug: 'second' } }),
  'PATCH /api/v1/organizations/{organization}/quotas': async () => ({
    path: `/api/v1/organizations/${owner.organization}/quotas`,
    body: { devices: 1_000 },
  }),
  'PATCH /api/v1/organization': async () => ({ body: { name: 'Acme' } }),
  'POST /api/v1/organization/transfer': async () => {
    const successor = await createMember(platform, owner, 'admin')
    const { user } = await owner.send<{ user: { id: string } }>('GET', '/api/v1/me')
    // Back again, so that the owner of the other calls stays one.
    await owner.send('POST', '/api/v1/organization/transfer', { to: successor.id })
    return { body: { to: user.id }, client: successor }
  },
  'DELETE /api/v1/organization': async () => {
    const client = await createOrganization(owner)
    return { path: `/api/v1/organization?confirm=${client.organization}`, client }
  },
  'PATCH /api/v1/members/{user}': async () => ({
    path: `/api/v1/members/${(await createMember(platform, owner, 'viewer')).id}`,
    body: { role: 'operator' },
  }),
  'DELETE /api/v1/members/{user}': async () => ({
    path: `/api/v1/members/${(await createMember(platform, owner, 'viewer')).id}`,
  }),
  'POST /api/v1/invitations': async () => ({ body: { role: 'viewer' } }),
  'DELETE /api/v1/invitations/{id}': async () => ({
    path: `/api/v1/invitations/${await created('/api/v1/invitations', { role: 'viewer' })}`,
  }),
  'POST /api/v1/invitations/accept': async () => {
    const token = await invite(owner, { role: 'viewer' })
    const password = 'tangerine kettle 7'
    secrets.push(token, password)
    return {
      body: { token, password, name: 'Nora New', email: 'nora@example.com' },
      client: createClient(platform.url, { origin: platform.url }),
    }
  },
  'POST /api/v1/api-keys': async () => ({ body: { name: 'a key' } }),
  'POST /api/v1/api-keys/{id}/rotate': async () => ({
    path: `/api/v1/api-keys/${(await apiKey(platform, owner)).id}/rotate`,
    body: { overlapSeconds: 1 },
  }),
  'POST /api/v1/applications': async () => ({ body: { name: 'Telegraf' } }),
  'PATCH /api/v1/applications/{id}': async () => ({
    path: `/api/v1/applications/${await application()}`,
    body: { name: 'Another name' },
  }),
  'POST /api/v1/applications/{id}/rotate': async () => ({
    path: `/api/v1/applications/${await application()}/rotate`,
    body: { overlapSeconds: 1 },
  }),
  'DELETE /api/v1/applications/{id}': async () => ({
    path: `/api/v1/applications/${await application()}`,
  }),
  'DELETE /api/v1/api-keys/{id}': async () => ({
    path: `/api/v1/api-keys/${(await apiKey(platform, owner)).id}`,
  }),
  'POST /api/v1/devices': async () => ({ body: { name: 'Pump', id: 'made' } }),
  'PATCH /api/v1/devices/{device}': async () => ({
    path: `/api/v1/devices/${await device('changed')}`,
    body: { name: 'Another name' },
  }),
  'DELETE /api/v1/devices/{device}': async () => ({ path: `/api/v1/devices/${await device('deleted')}` }),
  'POST /api/v1/devices/{device}/credentials': async () => ({
    path: `/api/v1/devices/${await device('issued')}/credentials`,
    body: {},
  }),
  'POST /api/v1/devices/{device}/credentials/{id}/rotate': async () => {
    const path = `/api/v1/devices/${await device('rotated')}/credentials`
    return { path: `${path}/${await created(path, {})}/rotate`, body: { overlapSeconds: 1 } }
  },
  'DELETE /api/v1/devices/{device}/credentials/{id}': async () => {
    const path = `/api/v1/devices/${await device('revoked')}/credentials`
    return { path: `${path}/${await created(path, {})}` }
  },
  'DELETE /api/v1/telemetry/set-aside/{id}': async () => {
    const { rows } = await platform.pool.query(
      `INSERT INTO telemetry.set_aside (organization_id, device_key, received_at, reason, payload, payload_bytes)
       SELECT organization_id, key, now(), 'too slow', '{}', 2 FROM device WHERE id = $1 RETURNING id::text`,
      [await device('slow')],
    )
    return { path: `/api/v1/telemetry/set-aside/${rows[0].id}` }
  },
}

beforeAll(async () => {
  platform = await startPlatform()
  owner = await createAdministrator(platform)
})
afterAll(() => platform?.stop())

const changing = routes
  .map(({ route }) => route)
  .filter((route) => !route.startsWith('GET ') && route !== 'POST /api/v1/setup')

it('every route that is no GET is called here, or listed with the reason why it leaves no row', async () => {
  const document = await createClient(platform.url).send<{ paths: Record<string, object> }>(
    'GET',
    '/api/openapi.json',
  )
  const known = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
  )
  const listed = [
    ...Object.keys(calls),
    ...Object.keys(unaudited),
    ...Object.keys(byMail),
    'POST /api/v1/setup',
  ]
  expect(listed.sort()).toEqual(known.filter((route) => !route.startsWith('GET ')).sort())
})

it('the set-up leaves a row', async () => {
  const { rows } = await platform.pool.query(
    `SELECT actor_role, address, request_id IS NOT NULL AS requested FROM audit_row ORDER BY id LIMIT 1`,
  )
  expect(rows).toEqual([{ actor_role: 'owner', address: '127.0.0.1', requested: true }])
})

describe.each(changing.filter((route) => !(route in unaudited || route in byMail)))('%s', (route) => {
  it('leaves a row in the audit', async () => {
    const { path, body, client = owner } = (await calls[route]?.()) ?? {}
    const [method = '', template = ''] = route.split(' ')
    const answer = await client.request(method, path ?? template, body)
    const text = await answer.text()
    expect(answer.status, text).toBeLessThan(300)
    for (const [secret] of text.matchAll(/hg_[a-z]+_[A-Za-z0-9_-]+/g)) secrets.push(secret)
    const { rows } = await platform.pool.query(
      // The platform's own copy of what people do with their accounts: there they have no role.
      `SELECT actor, actor_name, actor_role, address FROM audit_row WHERE request_id = $1 AND target NOT LIKE 'person/%'`,
      [answer.headers.get('x-request-id')],
    )
    expect(rows.length).toBeGreaterThan(0)
    for (const row of rows)
      expect(row).toEqual({
        actor: expect.stringMatching(/^(person|key):/),
        actor_name: expect.any(String),
        actor_role: expect.any(String),
        address: '127.0.0.1',
      })
  })
})

it('no secret that was issued is in the audit', async () => {
  const { rows } = await platform.pool.query('SELECT row_to_json(audit_row)::text AS text FROM audit_row')
  const audit = rows.map(({ text }) => text).join('\n')
  expect(secrets.length).toBeGreaterThan(5)
  for (const secret of [...secrets, owner.password]) expect(audit).not.toContain(secret)
  expect(audit).not.toMatch(/hg_(?:dev|key|app|tok|inv|lnk)_/)
})
