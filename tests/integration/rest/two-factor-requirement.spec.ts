import type { AuditPage } from '@heliograph/protocol'
import { beforeAll, describe, expect, it } from 'vitest'
import {
  type Administrator,
  createAdministrator,
  createMember,
  createOrganization,
  type MemberAccount,
} from '../../support/accounts.js'
import { createClient, type HttpClient } from '../../support/http-client.js'
import type { Platform } from '../../support/platform.js'
import { totp } from '../../support/totp.js'
import { usePlatforms } from '../../support/use-platform.js'
import {
  closed,
  connectDevice,
  connectToken,
  refusalCode,
  registerDevice,
  requestToken,
} from '../mqtt/support.js'
import { type Answer, apiKey, ask } from './callers.js'

const platforms = usePlatforms()
let platform: Platform
let founder: Administrator
/** The founder, once two-factor is on. */
let owner: HttpClient & { organization: string }

beforeAll(async () => {
  platform = await platforms.shared()
  founder = await createAdministrator(platform)
  const client = await turnOn(founder)
  owner = { ...client, organization: founder.organization }
})

const withCookiesOf = (answer: Answer, organization: string) =>
  createClient(platform.url, {
    origin: platform.url,
    'heliograph-org': organization,
    cookie: answer.headers
      .getSetCookie()
      .map((line) => line.split(';', 1)[0])
      .join('; '),
  })

async function turnOnWithSecret(person: HttpClient & { password: string; organization: string }) {
  const { password, organization } = person
  const started = await ask(person, 'POST', '/api/auth/two-factor/enable', { password })
  const secret = new URL(String(started.body.totpURI)).searchParams.get('secret') ?? ''
  const code = totp(secret, { stepsAhead: -1 })
  const proven = await ask(person, 'POST', '/api/auth/two-factor/verify-totp', { code })
  expect(proven.status).toBe(200)
  return { client: withCookiesOf(proven, organization), secret }
}

const turnOn = async (person: Parameters<typeof turnOnWithSecret>[0]) =>
  (await turnOnWithSecret(person)).client

/** An organization of the owner. */
const anotherOrganization = async () => {
  const { organization } = await createOrganization({ ...founder, ...owner })
  return { ...owner.with({ 'heliograph-org': organization }), organization }
}

const require = (client: HttpClient, requiresTwoFactor: boolean) =>
  ask(client, 'PATCH', '/api/v1/organization', { requiresTwoFactor })
const devices = (client: HttpClient) => ask(client, 'GET', '/api/v1/devices')
const refused = { status: 403, body: { code: 'two_factor_required' } }

const needsTwoFactor = async (client: HttpClient, slug: string) => {
  const me = await client.send<{ organizations: { slug: string; needsTwoFactor: boolean }[] }>(
    'GET',
    '/api/v1/me',
  )
  return me.organizations.find((organization) => organization.slug === slug)?.needsTwoFactor
}

/** How the session of the member began, as if they had signed in so. */
const signedInBy = ({ id }: MemberAccount, method: string) =>
  platform.pool.query('UPDATE session SET method = $2 WHERE user_id = $1', [id, method])

describe('an organization that requires two-factor', () => {
  it('shows nothing to a member without it, until they turn it on', async () => {
    const organization = await anotherOrganization()
    const member = await createMember(platform, organization, 'admin')
    expect(await needsTwoFactor(member, organization.organization)).toBe(false)
    expect(await require(organization, true)).toMatchObject({
      status: 200,
      body: { requiresTwoFactor: true },
    })
    for (const path of ['devices', 'members', 'organization', 'audit', 'overview'])
      expect(await ask(member, 'GET', `/api/v1/${path}`), path).toMatchObject(refused)
    expect(await ask(member, 'POST', '/api/v1/mqtt/tokens', {})).toMatchObject(refused)
    expect(await ask(member, 'POST', '/api/v1/devices', { name: 'Pump' })).toMatchObject(refused)
    expect(await needsTwoFactor(member, organization.organization)).toBe(true)

    const protectedMember = await turnOn(member)
    expect((await devices(protectedMember)).status).toBe(200)
    expect(await needsTwoFactor(protectedMember, organization.organization)).toBe(false)
    const { items } = await organization.send<AuditPage>('GET', '/api/v1/audit?action=organization.update')
    expect(items).toMatchObject([
      { before: { requiresTwoFactor: false }, after: { requiresTwoFactor: true } },
    ])
  })

  it('ends live connections of pages at once, refuses their tokens, and leaves keys and devices alone', async () => {
    const organization = await anotherOrganization()
    const member = await createMember(platform, organization, 'admin')
    const token = await requestToken(member)
    const page = await connectToken(token)
    const key = await apiKey(platform, member)
    const script = await connectToken(await requestToken(key))
    const device = await connectDevice(platform, await registerDevice(organization))
    const own = await connectToken(await requestToken(organization))
    const ended = closed(page)
    await require(organization, true)
    await ended
    expect(await refusalCode(connectToken(token))).toBe(4)
    for (const client of [script, device, own]) {
      expect(client.connected).toBe(true)
      await client.endAsync()
    }
    expect((await devices(key)).status).toBe(200)
    await require(organization, false)
    await (await connectToken(token)).endAsync()
    expect((await devices(member)).status).toBe(200)
  })

  it('takes a passkey and the OpenID provider for two factors, and a password or a recovery code alone not', async () => {
    const organization = await anotherOrganization()
    const member = await createMember(platform, organization, 'viewer')
    await require(organization, true)
    for (const method of ['passkey', 'openIdConnect']) {
      await signedInBy(member, method)
      expect((await devices(member)).status, method).toBe(200)
      await (await connectToken(await requestToken(member))).endAsync()
    }
    for (const method of ['password', 'recoveryCode', 'authenticatorApp']) {
      await signedInBy(member, method)
      expect(await devices(member), method).toMatchObject(refused)
    }
  })

  it('is closed to a member who turns two-factor off, with their connections', async () => {
    const organization = await anotherOrganization()
    const member = await createMember(platform, organization, 'viewer')
    const { client, secret } = await turnOnWithSecret(member)
    await require(organization, true)
    // Of another sign-in, which turning it off does not end.
    const { email, password } = member
    const first = await ask(createClient(platform.url), 'POST', '/api/auth/sign-in/email', {
      email,
      password,
    })
    const code = totp(secret)
    const second = await ask(
      withCookiesOf(first, organization.organization),
      'POST',
      '/api/auth/two-factor/verify-totp',
      { code },
    )
    expect(second.status).toBe(200)
    const elsewhere = withCookiesOf(second, organization.organization)
    const page = await connectToken(await requestToken(elsewhere))
    const ended = closed(page)
    const off = await ask(client, 'POST', '/api/auth/two-factor/disable', { password })
    expect(off.status).toBe(200)
    await ended
    expect(await devices(withCookiesOf(off, organization.organization))).toMatchObject(refused)
    expect(await devices(elsewhere)).toMatchObject(refused)
  })

  it('is made so by admins who have two-factor themselves, and by no key', async () => {
    const organization = await anotherOrganization()
    const admin = await createMember(platform, organization, 'admin')
    expect(await require(admin, true)).toMatchObject({
      status: 409,
      body: { code: 'own_two_factor_missing' },
    })
    expect(await require(await apiKey(platform, organization), true)).toMatchObject({ status: 403 })
    const operator = await createMember(platform, organization, 'operator')
    expect((await require(operator, true)).status).toBe(403)
    expect((await require(await turnOn(admin), true)).status).toBe(200)
  })

  it('tells admins who of the members has a second factor', async () => {
    const organization = await anotherOrganization()
    const member = await createMember(platform, organization, 'viewer')
    const factorsSeenBy = async (client: HttpClient) => {
      const { items } = await client.send<{ items: { id: string; secondFactor: string | null }[] }>(
        'GET',
        '/api/v1/members',
      )
      return items.map(({ secondFactor }) => secondFactor)
    }
    expect(await factorsSeenBy(organization)).toEqual(['authenticatorApp', null])
    expect(await factorsSeenBy(member)).toEqual([null, null])
    await platform.pool.query(
      `INSERT INTO passkey (id, public_key, user_id, credential_id, counter, device_type, backed_up)
       VALUES ($1, '', $1, $1, 0, '', false)`,
      [member.id],
    )
    expect(await factorsSeenBy(organization)).toEqual(['authenticatorApp', 'passkey'])
    await platform.pool.query('DELETE FROM passkey WHERE user_id = $1', [member.id])
    await platform.pool.query('UPDATE account SET password = NULL WHERE user_id = $1', [member.id])
    expect(await factorsSeenBy(organization)).toEqual(['authenticatorApp', 'openIdConnect'])
  })
})
