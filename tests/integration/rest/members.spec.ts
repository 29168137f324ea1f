import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  type Administrator,
  createAdministrator,
  createMember,
  createOrganization,
  invite,
} from '../../support/accounts.js'
import { createClient } from '../../support/http-client.js'
import { type Platform, startPlatform } from '../../support/platform.js'
import { apiKey, ask, scriptOfOtherOrganization } from './callers.js'

let platform: Platform
let owner: Administrator
let ownerId: string
const path = '/api/v1/members'

beforeAll(async () => {
  platform = await startPlatform()
  owner = await createAdministrator(platform)
  const { user } = await owner.send<{ user: { id: string } }>('GET', '/api/v1/me')
  ownerId = user.id
})
afterAll(() => platform?.stop())

const code = (status: number, problem: string) => ({ status, body: { code: problem } })

async function members(client: { send: Administrator['send'] } = owner) {
  return (await client.send<{ items: Record<string, unknown>[] }>('GET', path)).items
}

async function audit(action: string, target: string) {
  const { rows } = await platform.pool.query(
    'SELECT actor, detail, before, after FROM audit_row WHERE action = $1 AND target = $2 ORDER BY id',
    [action, target],
  )
  return rows
}

describe('the members of an organization', () => {
  it('are listed for each of them, owners first, and when they signed in only for who manages them', async () => {
    const viewer = await createMember(platform, owner, 'viewer', 'Vera Viewer')
    const seen = await members()
    expect(seen[0]).toMatchObject({ id: ownerId, name: 'Ada Admin', email: owner.email, role: 'owner' })
    expect(seen.at(-1)).toMatchObject({
      id: viewer.id,
      role: 'viewer',
      since: expect.any(String),
      lastSignInAt: expect.any(String),
      apiKeys: 0,
    })
    const seenByViewer = await members(viewer)
    expect(seenByViewer.map(({ id }) => id)).toEqual(seen.map(({ id }) => id))
    expect(seenByViewer.every(({ lastSignInAt }) => lastSignInAt === null)).toBe(true)
  })

  it('get another role, which holds at once and is in the audit', async () => {
    const person = await createMember(platform, owner, 'viewer')
    const device = { name: 'By whoever may' }
    expect(await ask(person, 'POST', '/api/v1/devices', device)).toMatchObject({
      status: 403,
      body: { code: 'role_required', detail: 'This requires the role owner or admin; yours is viewer.' },
    })
    expect(await ask(owner, 'PATCH', `${path}/${person.id}`, { role: 'admin' })).toMatchObject({
      status: 200,
      body: { id: person.id, role: 'admin' },
    })
    expect((await ask(person, 'POST', '/api/v1/devices', device)).status).toBe(201)
    expect(await audit('member.update', `member/${person.id}`)).toEqual([
      {
        actor: `person:${ownerId}`,
        detail: { email: person.email, revokedInvitations: [] },
        before: { role: 'viewer' },
        after: { role: 'admin' },
      },
    ])
  })

  it('are changed by admins, but owners only by owners', async () => {
    const [admin, other] = [
      await createMember(platform, owner, 'admin'),
      await createMember(platform, owner, 'operator'),
    ]
    expect((await ask(admin, 'PATCH', `${path}/${other.id}`, { role: 'viewer' })).status).toBe(200)
    for (const request of [
      ask(admin, 'PATCH', `${path}/${other.id}`, { role: 'owner' }),
      ask(admin, 'PATCH', `${path}/${ownerId}`, { role: 'viewer' }),
      ask(admin, 'DELETE', `${path}/${ownerId}`),
    ])
      expect(await request).toMatchObject({
        status: 403,
        body: {
          code: 'role_required',
          detail: 'Managing owners requires the role owner; yours is admin.',
        },
      })
    for (const request of [
      ask(other, 'PATCH', `${path}/${admin.id}`, { role: 'viewer' }),
      ask(other, 'DELETE', `${path}/${admin.id}`),
      ask(other, 'DELETE', `${path}/nobody`),
    ])
      expect(await request).toMatchObject(code(403, 'role_required'))
    expect((await ask(admin, 'DELETE', `${path}/${other.id}`)).status).toBe(204)
  })

  it('lower a key with the person behind it', async () => {
    const person = await createMember(platform, owner, 'admin')
    const script = await apiKey(platform, person)
    await owner.send('PATCH', `${path}/${person.id}`, { role: 'operator' })
    await owner.send('POST', '/api/v1/devices', { name: 'Lathe', id: 'lathe' })
    expect((await ask(script, 'PATCH', '/api/v1/devices/lathe', { name: 'Lathe 2' })).status).toBe(200)
    expect(await ask(script, 'DELETE', '/api/v1/devices/lathe')).toMatchObject(code(403, 'role_required'))
    expect(await ask(script, 'GET', '/api/v1/api-keys')).toMatchObject(code(403, 'role_required'))
  })
})

describe('the last owner', () => {
  it('stays, until another one is there', async () => {
    for (const request of [
      ask(owner, 'DELETE', `${path}/${ownerId}`),
      ask(owner, 'PATCH', `${path}/${ownerId}`, { role: 'admin' }),
    ])
      expect(await request).toMatchObject(code(409, 'last_owner'))
    const second = await createMember(platform, owner, 'owner')
    expect((await ask(second, 'PATCH', `${path}/${second.id}`, { role: 'admin' })).status).toBe(200)
    expect(await ask(owner, 'DELETE', `${path}/${ownerId}`)).toMatchObject(code(409, 'last_owner'))
  })

  it('stays also when all owners leave at the same time', async () => {
    const organization = await createOrganization(owner)
    const second = await createMember(platform, organization, 'owner')
    const answers = await Promise.all([
      ask(organization, 'DELETE', `${path}/${ownerId}`),
      ask(second, 'DELETE', `${path}/${second.id}`),
    ])
    expect(answers.map(({ status }) => status).sort()).toEqual([204, 409])
  })
})

describe('a member who is removed', () => {
  it('loses at once what they had in the organization, and nothing in others', async () => {
    const other = await createOrganization(owner)
    const person = await createMember(platform, owner, 'admin')
    const inOther = person.with({ 'heliograph-org': other.organization })
    await ask(person, 'POST', '/api/v1/invitations/accept', { token: await invite(other, { role: 'admin' }) })
    const [here, there] = [await apiKey(platform, person), await apiKey(platform, inOther)]
    const child = await apiKey(platform, here)
    const left = await invite(person, { role: 'viewer' })
    expect((await members()).find(({ id }) => id === person.id)).toMatchObject({ apiKeys: 2, invitations: 1 })

    expect((await ask(owner, 'DELETE', `${path}/${person.id}`)).status).toBe(204)
    expect(await ask(person, 'GET', '/api/v1/devices')).toMatchObject(code(403, 'not_a_member'))
    expect((await ask(here, 'GET', '/api/v1/devices')).status).toBe(401)
    expect((await ask(child, 'GET', '/api/v1/devices')).status).toBe(401)
    expect(
      await ask(createClient(platform.url), 'POST', '/api/v1/invitations/read', { token: left }),
    ).toMatchObject(code(409, 'invitation_revoked'))
    for (const client of [inOther, there])
      expect((await ask(client, 'GET', '/api/v1/devices')).status).toBe(200)
    const [row] = await audit('member.remove', `member/${person.id}`)
    expect(row).toMatchObject({ actor: `person:${ownerId}`, before: { email: person.email, role: 'admin' } })
    expect(row.detail.apiKeys.toSorted()).toEqual([here.id, child.id].toSorted())
    expect(row.detail.revokedInvitations).toHaveLength(1)
    expect(await ask(owner, 'DELETE', `${path}/${person.id}`)).toMatchObject(code(404, 'member_not_found'))
  })

  it('may have left by themselves, whatever their role', async () => {
    const viewer = await createMember(platform, owner, 'viewer')
    expect((await ask(viewer, 'DELETE', `${path}/${viewer.id}`)).status).toBe(204)
    expect((await ask(viewer, 'GET', '/api/v1/me')).body.organizations).toEqual([])
    expect(await audit('member.leave', `member/${viewer.id}`)).toMatchObject([
      { actor: `person:${viewer.id}` },
    ])
  })
})

describe('members of another organization', () => {
  it('do not exist', async () => {
    const stranger = await scriptOfOtherOrganization(platform, owner)
    const person = await createMember(platform, owner, 'viewer')
    for (const request of [
      ask(stranger, 'PATCH', `${path}/${person.id}`, { role: 'admin' }),
      ask(stranger, 'DELETE', `${path}/${person.id}`),
      ask(owner, 'PATCH', `${path}/nobody`, { role: 'admin' }),
    ])
      expect(await request).toMatchObject(code(404, 'member_not_found'))
    expect(JSON.stringify(await members(stranger))).not.toContain(person.email)
  })
})

it('a key with the role admin invites and removes, and never gives more than it has', async () => {
  const script = { ...(await apiKey(platform, owner)), organization: owner.organization }
  const person = await createMember(platform, script, 'operator')
  expect(await ask(script, 'POST', '/api/v1/invitations', { role: 'owner' })).toMatchObject(
    code(403, 'role_required'),
  )
  expect((await ask(script, 'DELETE', `${path}/${person.id}`)).status).toBe(204)
})

describe('the name of an organization', () => {
  const organization = '/api/v1/organization'

  it('is changed by owners and admins, and its slug stays', async () => {
    const admin = await createMember(platform, owner, 'admin')
    expect(await ask(admin, 'PATCH', organization, { name: 'Acme Works' })).toMatchObject({
      status: 200,
      body: { name: 'Acme Works', slug: owner.organization, retentionDays: null },
    })
    const { body } = await ask(owner, 'GET', '/api/v1/me')
    const { organization: slug } = owner
    expect(body.organizations).toContainEqual({
      slug,
      name: 'Acme Works',
      role: 'owner',
      tags: null,
      needsTwoFactor: false,
    })
    expect(await audit('organization.update', `organization/${owner.organization}`)).toMatchObject([
      { actor: `person:${admin.id}`, before: { name: owner.organization }, after: { name: 'Acme Works' } },
    ])
    const operator = await createMember(platform, owner, 'operator')
    expect(await ask(operator, 'PATCH', organization, { name: 'Mine' })).toMatchObject(
      code(403, 'role_required'),
    )
    expect(await ask(owner, 'PATCH', organization, { slug: 'mine' })).toMatchObject(code(400, 'invalid'))
    expect(await ask(owner, 'PATCH', organization, {})).toMatchObject(code(400, 'invalid'))
  })
})
