import { afterEach, describe, expect, it } from 'vitest'
import { createAdministrator } from '../../support/accounts.js'
import { type Platform, startPlatform } from '../../support/platform.js'
import { ask, personWithoutOrganization } from './callers.js'

let platform: Platform | undefined
afterEach(async () => {
  await platform?.stop()
  platform = undefined
})

async function start(env: NodeJS.ProcessEnv = {}) {
  platform = await startPlatform({ env })
  const administrator = await createAdministrator(platform)
  return { administrator, platform, person: await personWithoutOrganization(platform, administrator) }
}

const organization = (slug: string) => ({ name: slug, slug })
const refused = { status: 403, body: { code: 'platform_administrator_required' } }

describe('founding an organization', () => {
  it('is refused to everybody but the first account, and makes nothing', async () => {
    const { administrator, person, platform } = await start()
    await platform.pool.query(
      `INSERT INTO member (organization_id, user_id, role)
       SELECT o.id, u.id, 'admin' FROM organization o, "user" u WHERE u.email = $1`,
      [person.email],
    )
    expect(await ask(person, 'POST', '/api/v1/organizations', organization('more'))).toMatchObject(refused)
    expect((await ask(person, 'GET', '/api/v1/me')).body).toMatchObject({
      platformAdministrator: false,
      mayCreateOrganizations: false,
    })
    const { rows } = await platform.pool.query('SELECT count(*)::int AS organizations FROM organization')
    expect(rows).toEqual([{ organizations: 1 }])
    expect((await ask(administrator, 'GET', '/api/v1/me')).body).toMatchObject({
      platformAdministrator: true,
      mayCreateOrganizations: true,
    })
    expect(await ask(administrator, 'POST', '/api/v1/organizations', organization('more'))).toMatchObject({
      status: 201,
      body: { slug: 'more', role: 'owner' },
    })
  })

  it('lets a platform administrator list the names and sizes of all, page by page', async () => {
    const { administrator, person } = await start({ ALLOW_NEW_ORGANIZATIONS: 'true' })
    for (const slug of ['aa', 'bb']) await person.send('POST', '/api/v1/organizations', organization(slug))
    await person.with({ 'heliograph-org': 'bb' }).send('POST', '/api/v1/devices', { name: 'Hidden pump' })
    const first = await ask(administrator, 'GET', '/api/v1/organizations?limit=2')
    const rest = await ask(administrator, 'GET', `/api/v1/organizations?cursor=${first.body.nextCursor}`)
    const all = [...(first.body.items as unknown[]), ...(rest.body.items as unknown[])]
    const size = (slug: string, members: number, devices: number) =>
      expect.objectContaining({ slug, name: slug, members, devices, createdAt: expect.any(String) })
    expect(all).toEqual([size('aa', 1, 0), size('bb', 1, 1), size(administrator.organization, 1, 0)])
    expect(rest.body.nextCursor).toBeNull()
    expect(JSON.stringify(all)).not.toContain('Hidden')
    // A name is not a way in.
    const inside = { 'heliograph-org': 'bb' }
    expect(await ask(administrator, 'GET', '/api/v1/devices', undefined, inside)).toMatchObject({
      status: 403,
      body: { code: 'not_a_member' },
    })
    expect(await ask(person, 'GET', '/api/v1/organizations')).toMatchObject(refused)
  })

  it('is allowed to the account that ADMIN_EMAIL names, from the next start on', async () => {
    const { person, platform } = await start()
    expect(await ask(person, 'POST', '/api/v1/organizations', organization('a'))).toMatchObject(refused)
    await platform.restart({ ADMIN_EMAIL: person.email.toUpperCase(), ADMIN_PASSWORD: 'not the password' })
    expect(await ask(person, 'POST', '/api/v1/organizations', organization('a'))).toMatchObject({
      status: 201,
    })
  })

  it('is allowed to everybody by ALLOW_NEW_ORGANIZATIONS, up to the limit of a person', async () => {
    const { person } = await start({
      ALLOW_NEW_ORGANIZATIONS: 'true',
      LIMITS: 'organization.perPerson=2',
    })
    expect((await ask(person, 'GET', '/api/v1/me')).body).toMatchObject({
      platformAdministrator: false,
      mayCreateOrganizations: true,
    })
    for (const slug of ['a', 'b'])
      expect(await ask(person, 'POST', '/api/v1/organizations', organization(slug))).toMatchObject({
        status: 201,
      })
    expect(await ask(person, 'POST', '/api/v1/organizations', organization('c'))).toMatchObject({
      status: 409,
      body: { code: 'quota_exceeded', detail: expect.stringContaining('member of 2 organizations') },
    })
  })
})
