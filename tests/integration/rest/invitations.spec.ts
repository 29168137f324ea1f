import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  type Administrator,
  createAdministrator,
  createMember,
  createOrganization,
  invite,
  signIn,
} from '../../support/accounts.js'
import { createClient } from '../../support/http-client.js'
import { type Platform, startPlatform } from '../../support/platform.js'
import { apiKey, ask, personWithoutOrganization, scriptOfOtherOrganization } from './callers.js'

let platform: Platform
let owner: Administrator
const path = '/api/v1/invitations'

beforeAll(async () => {
  platform = await startPlatform({ env: { LIMITS: 'invitations.open=5, invitations.ended=2' } })
  owner = await createAdministrator(platform)
})
afterAll(() => platform?.stop())

const code = (status: number, problem: string) => ({ status, body: { code: problem } })
const anybody = () => createClient(platform.url)
const read = (token: string) => ask(anybody(), 'POST', `${path}/read`, { token })
const accept = (client: Parameters<typeof ask>[0], token: string, more: object = {}) =>
  ask(client, 'POST', `${path}/accept`, { token, ...more })
const account = (email: string) => ({ name: 'Nia New', email, password: 'tangerine kettle 7' })

describe('an invitation', () => {
  it('is a link that is shown once, kept as a hash, and lets in one person with its role', async () => {
    const { status, body } = await ask(owner, 'POST', path, { role: 'operator', expiresInSeconds: 3_600 })
    expect(status).toBe(201)
    expect(body).toMatchObject({ role: 'operator', email: null, createdBy: { name: 'Ada Admin' } })
    expect(Date.parse(String(body.expiresAt)) - Date.parse(String(body.createdAt))).toBeGreaterThan(3_500_000)
    const { origin, pathname, hash } = new URL(String(body.url))
    expect([origin, pathname]).toEqual([platform.url, '/join'])
    const token = hash.slice(1)
    expect(token).toMatch(/^hg_inv_[\w-]{43}$/)
    const listed = await ask(owner, 'GET', path)
    expect(listed.body.items).toContainEqual(expect.objectContaining({ id: body.id, role: 'operator' }))
    expect(JSON.stringify(listed.body)).not.toContain(token.slice(7, 30))
    const stored = await platform.pool.query('SELECT invitation::text AS text FROM invitation')
    expect(JSON.stringify(stored.rows)).not.toContain(token.slice(7, 30))

    expect(await read(token)).toMatchObject({
      status: 200,
      body: {
        organization: { slug: owner.organization, name: owner.organization },
        role: 'operator',
        invitedBy: 'Ada Admin',
        email: null,
      },
    })
    expect(await accept(anybody(), token, account('nia@example.com'))).toMatchObject({
      status: 200,
      body: { slug: owner.organization, role: 'operator' },
    })
    const nia = await signIn(platform, 'NIA@example.com', 'tangerine kettle 7')
    expect((await ask(nia, 'GET', '/api/v1/me')).body).toMatchObject({
      organizations: [{ slug: owner.organization, role: 'operator' }],
      platformAdministrator: false,
    })
    expect(await read(token)).toMatchObject(code(409, 'invitation_used'))
    expect(await accept(anybody(), token, account('other@example.com'))).toMatchObject(
      code(409, 'invitation_used'),
    )
    const { rows } = await platform.pool.query(
      `SELECT action FROM audit_row WHERE action ~ '^(invitation|member)' ORDER BY id`,
    )
    expect(rows.map(({ action }) => action)).toEqual(['invitation.create', 'member.join'])
  })

  it('lets in who is signed in, by the token alone, and whoever is a member keeps it unused', async () => {
    const other = await createOrganization(owner)
    const person = await createMember(platform, owner, 'viewer')
    const token = await invite(other, { role: 'admin' })
    expect(await accept(owner, token)).toMatchObject(code(409, 'already_member'))
    expect(await accept(await apiKey(platform, owner), token)).toMatchObject(code(403, 'forbidden'))
    expect(await accept(person, token)).toMatchObject({ status: 200, body: { slug: other.organization } })
  })

  it('is used by one of those who accept it at the same time', async () => {
    const token = await invite(owner, { role: 'viewer' })
    const answers = await Promise.all(
      ['a', 'b', 'c'].map((name) => accept(anybody(), token, account(`race-${name}@example.com`))),
    )
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409, 409])
    const { rows } = await platform.pool.query(
      `SELECT count(*)::int AS people FROM "user" WHERE email ~ '^race-'`,
    )
    expect(rows).toEqual([{ people: 1 }])
  })

  it('for an address is accepted by its account alone', async () => {
    const token = await invite(owner, { role: 'viewer', email: 'Bo@Example.com' })
    const person = await personWithoutOrganization(platform, owner)
    expect(await accept(person, token)).toMatchObject(code(403, 'invitation_for_other'))
    expect(await accept(anybody(), token, account('zoe@example.com'))).toMatchObject({
      status: 400,
      body: { errors: [{ path: 'email', message: expect.stringContaining('bo@example.com') }] },
    })
    const { email: _, ...withoutEmail } = account('')
    expect(await accept(anybody(), token, withoutEmail)).toMatchObject({ status: 200 })
    expect(await ask(owner, 'POST', path, { role: 'viewer', email: 'bo@example.com' })).toMatchObject(
      code(409, 'already_member'),
    )
  })

  it('says that it was revoked, or has expired', async () => {
    const { body } = await ask(owner, 'POST', path, { role: 'viewer' })
    const token = new URL(String(body.url)).hash.slice(1)
    expect((await ask(owner, 'DELETE', `${path}/${body.id}`)).status).toBe(204)
    expect(await read(token)).toMatchObject(code(409, 'invitation_revoked'))
    expect(await ask(owner, 'DELETE', `${path}/${body.id}`)).toMatchObject(code(404, 'invitation_not_found'))
    const late = await invite(owner, { role: 'viewer' })
    await platform.pool.query(
      `UPDATE invitation SET expires_at = now() - interval '1 second' WHERE accepted_at IS NULL AND revoked_at IS NULL`,
    )
    expect(await read(late)).toMatchObject(code(409, 'invitation_expired'))
    expect(await accept(anybody(), late, account('late@example.com'))).toMatchObject(
      code(409, 'invitation_expired'),
    )
  })

  it('needs a whole account with a good password from who is not signed in', async () => {
    const token = await invite(owner, { role: 'viewer' })
    expect(await accept(anybody(), token)).toMatchObject({
      status: 400,
      body: {
        errors: ['name', 'email', 'password'].map((field) => ({ path: field, message: expect.any(String) })),
      },
    })
    const weak = { ...account('weak@example.com'), password: 'weak@example.com' }
    expect(await accept(anybody(), token, weak)).toMatchObject(code(400, 'password_weak'))
    expect(await accept(anybody(), token, account(owner.email))).toMatchObject(code(409, 'account_exists'))
    expect(await accept(anybody(), token, { ...account('x@example.com'), password: 'short' })).toMatchObject(
      code(400, 'invalid'),
    )
    const elsewhere = anybody().with({ origin: 'https://evil.example' })
    expect(await accept(elsewhere, token, account('x@example.com'))).toMatchObject(
      code(403, 'origin_refused'),
    )
    const { rows } = await platform.pool.query(`SELECT FROM "user" WHERE email = 'x@example.com'`)
    expect(rows).toEqual([])
  })

  it('cannot be tried with many addresses to find out who has an account', async () => {
    const token = await invite(owner, { role: 'viewer' })
    for (let attempt = 0; attempt < 3; attempt += 1)
      expect(await accept(anybody(), token, account(owner.email))).toMatchObject(code(409, 'account_exists'))
    const member = await createMember(platform, owner, 'viewer')
    expect(await accept(anybody(), token, account(member.email))).toMatchObject(code(429, 'rate_limited'))
    expect((await ask(member, 'GET', '/api/v1/me')).status).toBe(200)
  })

  it('ends when its maker may not give its role any more', async () => {
    const admin = await createMember(platform, owner, 'admin')
    const script = await apiKey(platform, admin)
    const tokens = [await invite(admin, { role: 'admin' }), await invite(script, { role: 'viewer' })]
    await owner.send('PATCH', `/api/v1/members/${admin.id}`, { role: 'operator' })
    for (const token of tokens) expect(await read(token)).toMatchObject(code(409, 'invitation_revoked'))
  })

  it('ends with the key that made it', async () => {
    const script = await apiKey(platform, owner)
    const token = await invite(script, { role: 'viewer' })
    await owner.send('DELETE', `/api/v1/api-keys/${script.id}`)
    expect(await read(token)).toMatchObject(code(404, 'invitation_not_found'))
  })
})

describe('invitations', () => {
  it('are made, listed and revoked by who manages members, for roles that they may give', async () => {
    const [operator, admin] = [
      await createMember(platform, owner, 'operator'),
      await createMember(platform, owner, 'admin'),
    ]
    const { body } = await ask(owner, 'POST', path, { role: 'owner' })
    expect(await ask(operator, 'GET', path)).toMatchObject(code(403, 'role_required'))
    expect(await ask(operator, 'POST', path, { role: 'viewer' })).toMatchObject(code(403, 'role_required'))
    expect(await ask(admin, 'POST', path, { role: 'owner' })).toMatchObject(code(403, 'role_required'))
    expect(await ask(admin, 'DELETE', `${path}/${body.id}`)).toMatchObject(code(403, 'role_required'))
    const stranger = await scriptOfOtherOrganization(platform, owner)
    expect(await ask(stranger, 'DELETE', `${path}/${body.id}`)).toMatchObject(
      code(404, 'invitation_not_found'),
    )
    expect((await ask(stranger, 'GET', path)).body.items).toEqual([])
    expect((await ask(owner, 'DELETE', `${path}/${body.id}`)).status).toBe(204)
  })

  it.each([
    { role: 'king' },
    { role: 'viewer', expiresInSeconds: 3_599 },
    { role: 'viewer', expiresInSeconds: 2_592_001 },
    { role: 'viewer', email: 'nobody' },
    {},
  ])('are refused with %j', async (input) => {
    expect(await ask(owner, 'POST', path, input)).toMatchObject(code(400, 'invalid'))
  })

  it('are bounded for each organization, open ones and those that have ended', async () => {
    const organization = await createOrganization(owner)
    const ids: unknown[] = []
    for (let count = 0; count < 5; count += 1)
      ids.push((await ask(organization, 'POST', path, { role: 'viewer' })).body.id)
    expect(await ask(organization, 'POST', path, { role: 'viewer' })).toMatchObject(
      code(409, 'too_many_invitations'),
    )
    for (const id of ids) await organization.send('DELETE', `${path}/${id}`)
    await organization.send('POST', path, { role: 'viewer' })
    const { rows } = await platform.pool.query(
      `SELECT count(*) FILTER (WHERE revoked_at IS NOT NULL)::int AS ended FROM invitation
       JOIN organization ON organization.id = organization_id WHERE slug = $1`,
      [organization.organization],
    )
    expect(rows).toEqual([{ ended: 2 }])
  })

  it('cannot be found by trying tokens', async () => {
    const unknown = { token: `hg_inv_${'a'.repeat(43)}` }
    const statuses: number[] = []
    for (let count = 0; count < 30 && statuses.at(-1) !== 429; count += 1)
      statuses.push((await ask(anybody(), 'POST', `${path}/read`, unknown)).status)
    expect(statuses.at(-1)).toBe(429)
    expect(new Set(statuses.slice(0, -1))).toEqual(new Set([404]))
  })
})
