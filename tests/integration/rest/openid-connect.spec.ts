import http from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  type Administrator,
  createAdministrator,
  createMember,
  createOrganization,
  uniqueSlug,
} from '../../support/accounts.js'
import { createClient, type HttpClient } from '../../support/http-client.js'
import { goThrough, type OpenIdProvider, startOpenIdProvider } from '../../support/openid-provider.js'
import { type Platform, startPlatform } from '../../support/platform.js'
import { closed, connectToken, requestToken } from '../mqtt/support.js'
import { ask, cookiesOf } from './callers.js'

let platform: Platform
let provider: OpenIdProvider
let administrator: Administrator
let lab: string

beforeAll(async () => {
  platform = await startPlatform()
  administrator = await createAdministrator(platform, 'main')
  lab = (await createOrganization(administrator, 'lab')).organization
  provider = await startOpenIdProvider(platform.url)
  await platform.restart(environment())
})
afterAll(async () => {
  await platform?.stop()
  await provider?.stop()
})

const environment = () => ({
  ...provider.env,
  PUBLIC_URL: platform.url,
  OIDC_NAME: 'Example',
  OIDC_ROLE_MAP:
    'admins=main:admin,staff=main:viewer,staff=lab:operator,chiefs=lab:owner,lost=nowhere:viewer',
})

const disconnectPath = '/api/v1/me/sign-in-methods/open-id-connect'

/** Makes a person of the provider, who comes next. */
function comes(groups: string[], more: { email?: string; email_verified?: boolean } = {}): string {
  const subject = uniqueSlug('person')
  const person = {
    name: 'Pia Provided',
    email: `${subject}@example.com`,
    email_verified: true,
    groups,
    ...more,
  }
  provider.people.set(subject, person)
  provider.person = subject
  return person.email
}

/** Presses the button and comes back, like a browser. Returns the last answer, and a client with its cookies. */
async function byProvider(client: HttpClient = createClient(platform.url), call = 'sign-in/social') {
  const started = await ask(client, 'POST', `/api/auth/${call}`, { callbackURL: '/o/main' })
  expect(started).toMatchObject({
    status: 200,
    body: { url: expect.stringContaining(`${provider.issuer}/auth?`) },
  })
  const back = await goThrough(String(started.body.url), platform.url)
  const answer = await ask(createClient(platform.url), 'GET', `${back.pathname}${back.search}`, undefined, {
    cookie: cookiesOf(started),
  })
  expect(answer.status).toBe(302)
  const location = new URL(answer.headers.get('location') ?? '', platform.url)
  const signedIn = createClient(platform.url, { origin: platform.url, cookie: cookiesOf(answer) })
  return { location, client: signedIn, back, started }
}

const rolesOf = async (client: HttpClient) => {
  const { organizations } = await client.send<{ organizations: { slug: string; role: string }[] }>(
    'GET',
    '/api/v1/me',
  )
  return Object.fromEntries(organizations.map(({ slug, role }) => [slug, role]))
}
const errorOf = (location: URL) => location.searchParams.get('error')
const newest = async (action: string) => {
  const { rows } = await platform.pool.query(
    'SELECT actor, target, detail, before, after FROM audit_row WHERE action = $1 ORDER BY id DESC LIMIT 1',
    [action],
  )
  return rows[0]
}

describe('sign-in by an OpenID provider', () => {
  it('is offered by its name', async () => {
    const anonymous = createClient(platform.url)
    expect(await anonymous.send('GET', '/api/v1/sign-in-options')).toEqual({
      passwordReset: 'command',
      openIdConnect: { name: 'Example' },
      passkeyHost: 'localhost',
    })
  })

  it('makes an account with the roles of the groups, and stores no token of the provider', async () => {
    const email = comes(['staff', 'admins', 'lost'])
    const { location, client } = await byProvider()
    expect(location.href).toBe(`${platform.url}/o/main`)
    expect(await rolesOf(client)).toEqual({ main: 'admin', lab: 'operator' })
    expect(await client.send('GET', '/api/v1/me/sign-in-methods')).toMatchObject({
      password: false,
      openIdConnect: { name: 'Example', connectedAt: expect.any(String) },
    })
    expect(await newest('member.join')).toMatchObject({
      actor: 'platform',
      detail: { by: 'OpenID Connect' },
      after: { role: expect.any(String) },
    })
    const { rows } = await platform.pool.query(
      `SELECT access_token, refresh_token, id_token, account_id FROM account JOIN "user" ON "user".id = user_id
       WHERE email = $1`,
      [email],
    )
    expect(rows).toEqual([
      {
        access_token: null,
        refresh_token: null,
        id_token: null,
        account_id: `${provider.issuer} ${provider.person}`,
      },
    ])
    expect(platform.logs()).toContain('OIDC_ROLE_MAP names organizations that do not exist: nowhere')
  })

  it('makes the account, its memberships and the row of the audit in one transaction', async () => {
    await platform.pool.query(`
      CREATE FUNCTION refuse_row() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'no audit for you'; END $$;
      CREATE TRIGGER refuse_rows BEFORE INSERT ON audit_row FOR EACH ROW WHEN (NEW.action = 'person.signIn')
      EXECUTE FUNCTION refuse_row()`)
    const email = comes(['staff'])
    const found = async () =>
      (await platform.pool.query('SELECT id FROM "user" WHERE email = $1', [email])).rows[0]?.id
    await expect(byProvider()).rejects.toThrow('500')
    expect(await found()).toBeUndefined()
    await platform.pool.query('DROP TRIGGER refuse_rows ON audit_row; DROP FUNCTION refuse_row()')
    const { client } = await byProvider()
    expect(await rolesOf(client)).toEqual({ main: 'viewer', lab: 'operator' })
    const id = await found()
    expect(await newest('person.signIn')).toMatchObject({
      actor: `person:${id}`,
      target: `person/${id}`,
      detail: { method: 'openIdConnect' },
    })
    const { rows } = await platform.pool.query('SELECT method FROM session WHERE user_id = $1', [id])
    expect(rows).toEqual([{ method: 'openIdConnect' }])
  })

  it('follows the groups at the next sign-in: lowers, ends with what hangs on it, and gives again', async () => {
    const email = comes(['staff', 'admins'])
    const first = await byProvider()
    await first.client
      .with({ 'heliograph-org': 'main' })
      .send('POST', '/api/v1/api-keys', { name: 'script', role: 'viewer' })
    const inMain = { ...first.client.with({ 'heliograph-org': 'main' }), organization: 'main' }
    const connection = await connectToken(await requestToken(inMain))
    const ended = closed(connection)
    const person = provider.people.get(provider.person)
    if (person === undefined) throw new Error('nobody came')

    person.groups = ['staff']
    const second = await byProvider()
    await ended
    expect(await rolesOf(second.client)).toEqual({ main: 'viewer', lab: 'operator' })
    expect(await newest('member.update')).toMatchObject({
      before: { role: 'admin' },
      after: { role: 'viewer' },
    })

    person.groups = []
    const third = await byProvider()
    expect(third.location.href).toBe(`${platform.url}/o/main`)
    expect(await rolesOf(third.client)).toEqual({})
    expect(await newest('member.remove')).toMatchObject({
      actor: 'platform',
      detail: { by: 'OpenID Connect' },
    })
    const keys = await platform.pool.query(
      `SELECT FROM api_key JOIN "user" ON "user".id = created_by_id WHERE email = $1`,
      [email],
    )
    expect(keys.rowCount).toBe(0)

    person.groups = ['staff']
    expect(await rolesOf((await byProvider()).client)).toEqual({ main: 'viewer', lab: 'operator' })
  })

  it('never takes the last owner away, nor a membership by invitation', async () => {
    comes(['chiefs'])
    const { client } = await byProvider()
    expect(await rolesOf(client)).toEqual({ lab: 'owner' })
    const person = provider.people.get(provider.person)
    if (person === undefined) throw new Error('nobody came')
    const inLab = administrator.with({ 'heliograph-org': lab })
    const { user } = await administrator.send<{ user: { id: string } }>('GET', '/api/v1/me')
    expect((await ask(inLab, 'DELETE', `/api/v1/members/${user.id}`)).status).toBe(204)

    person.groups = []
    expect(await rolesOf((await byProvider()).client)).toEqual({ lab: 'owner' })
    expect(platform.logs()).toContain('stays an owner')

    const invited = await createMember(platform, administrator, 'operator')
    comes(['admins'], { email: invited.email })
    expect((await byProvider(invited, 'link-social')).location.pathname).toBe('/o/main')
    expect(await rolesOf((await byProvider()).client)).toEqual({ main: 'operator' })
  })

  it('takes in nobody without a group of the map, and nobody whose address is not verified', async () => {
    const before = (await platform.pool.query('SELECT FROM "user"')).rowCount
    comes(['others'])
    const outsider = await byProvider()
    expect(outsider.location.pathname).toBe('/sign-in')
    expect(errorOf(outsider.location)).toBe('no_role')
    expect((await ask(outsider.client, 'GET', '/api/v1/me')).status).toBe(401)
    comes(['staff'], { email_verified: false })
    expect(errorOf((await byProvider()).location)).toBe('email_not_verified')
    expect((await platform.pool.query('SELECT FROM "user"')).rowCount).toBe(before)
  })

  it('does not enter an account that has the same address, until its owner connects it', async () => {
    const member = await createMember(platform, administrator, 'viewer')
    comes(['admins'], { email: member.email })
    const refused = await byProvider()
    expect(errorOf(refused.location)).toBe('account_not_linked')
    expect((await ask(refused.client, 'GET', '/api/v1/me')).status).toBe(401)
    expect(
      (await ask(createClient(platform.url), 'POST', '/api/auth/link-social', { callbackURL: '/account' }))
        .status,
    ).toBe(401)

    const connected = await byProvider(member, 'link-social')
    expect(connected.location.href).toBe(`${platform.url}/o/main`)
    const { client } = await byProvider()
    expect(await client.send('GET', '/api/v1/me')).toMatchObject({ user: { id: member.id } })

    expect((await ask(client, 'DELETE', disconnectPath)).status).toBe(204)
    expect((await ask(client, 'DELETE', disconnectPath)).body).toMatchObject({ code: 'not_connected' })
    expect(errorOf((await byProvider()).location)).toBe('account_not_linked')
  })

  it('connects neither another address nor one that is not verified', async () => {
    const member = await createMember(platform, administrator, 'viewer')
    comes(['admins'])
    const other = await byProvider(member, 'link-social')
    expect(other.location.pathname).toBe('/account')
    expect(errorOf(other.location)).toBe('email_does_not_match')
    comes(['admins'], { email: member.email, email_verified: false })
    expect(errorOf((await byProvider(member, 'link-social')).location)).toBe('unable_to_link_account')
  })

  it('takes each return once, only in the browser that began, and only by the configured provider', async () => {
    comes(['staff'])
    const { back, started } = await byProvider()
    const again = await ask(createClient(platform.url), 'GET', `${back.pathname}${back.search}`, undefined, {
      cookie: cookiesOf(started),
    })
    expect(errorOf(new URL(again.headers.get('location') ?? '', platform.url))).toBe('state_mismatch')

    const begun = await ask(createClient(platform.url), 'POST', '/api/auth/sign-in/social', {
      callbackURL: '/',
    })
    const elsewhere = await goThrough(String(begun.body.url), platform.url)
    const stolen = await ask(createClient(platform.url), 'GET', `${elsewhere.pathname}${elsewhere.search}`)
    expect(errorOf(new URL(stolen.headers.get('location') ?? '', platform.url))).toBe('state_mismatch')
    expect(stolen.headers.getSetCookie().join()).not.toMatch(/session_token=[^;]/)

    for (const callbackURL of [
      'https://evil.example',
      '//evil.example',
      '/\\evil.example',
      'o/main',
      '/o?error=x',
    ])
      expect(
        (await ask(createClient(platform.url), 'POST', '/api/auth/sign-in/social', { callbackURL })).status,
      ).toBe(400)
    const asked = {
      callbackURL: '/',
      provider: 'google',
      errorCallbackURL: 'https://evil.example',
      scopes: ['x'],
    }
    const { body } = await ask(createClient(platform.url), 'POST', '/api/auth/sign-in/social', asked)
    expect(String(body.url)).toMatch(new RegExp(`^${provider.issuer}/auth\\?`))
    expect(new URL(String(body.url)).searchParams.get('scope')).toBe('openid profile email groups')
  })
})

describe('a person without a password', () => {
  it('is asked for none where others are, and is told what to do', async () => {
    comes(['staff'])
    const { client } = await byProvider()
    const enable = await ask(client, 'POST', '/api/auth/two-factor/enable', { password: '' })
    expect(enable).toMatchObject({ status: 400, body: { code: 'invalid_password' } })
    expect((await ask(client, 'DELETE', disconnectPath)).body).toMatchObject({
      status: 409,
      code: 'only_way_in',
    })
    const passkey = { name: 'Key', response: { id: 'x', response: {} } }
    expect((await ask(client, 'POST', '/api/auth/passkey/verify-registration', passkey)).body).toMatchObject({
      code: 'challenge_not_found',
    })
    await platform.pool.query(`UPDATE session SET created_at = now() - interval '11 minutes'`)
    expect(await ask(client, 'POST', '/api/auth/passkey/verify-registration', passkey)).toMatchObject({
      status: 403,
      body: { code: 'recent_sign_in_required' },
    })
  })
})

describe('a provider that does not answer', () => {
  it('keeps nobody from signing in by password', async () => {
    const silent = http.createServer(() => {})
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve))
    const { port } = silent.address() as AddressInfo
    try {
      await platform.restart({ ...environment(), OIDC_ISSUER: `http://127.0.0.1:${port}` })
      const { email, password } = administrator
      const answer = await ask(createClient(platform.url), 'POST', '/api/auth/sign-in/email', {
        email,
        password,
      })
      expect(answer.status).toBe(200)
    } finally {
      silent.closeAllConnections()
      silent.close()
    }
  })
})
