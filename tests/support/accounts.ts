import { randomBytes } from 'node:crypto'
import type { Role } from '@heliograph/protocol'
import { createClient, type HttpClient } from './http-client.js'
import type { MailServer } from './mail-server.js'
import type { Platform } from './platform.js'

export interface Administrator extends HttpClient {
  email: string
  password: string
  /** Slug of the organization that the set-up made. */
  organization: string
}

/** Goes through the set-up of a new platform and signs in as its first administrator. */
export async function createAdministrator(
  platform: Pick<Platform, 'url'>,
  organization = uniqueSlug(),
): Promise<Administrator> {
  const email = `admin-${randomBytes(4).toString('hex')}@example.com`
  const password = randomBytes(12).toString('base64url')
  const setup = {
    name: 'Ada Admin',
    email,
    password,
    organization: { name: organization, slug: organization },
  }
  await createClient(platform.url).send('POST', '/api/v1/setup', setup)
  const client = await signIn(platform, email, password, organization)
  return { ...client, email, password, organization }
}

/** A client that carries the session's cookie and speaks for one organization. */
export async function signIn(
  platform: Pick<Platform, 'url'>,
  email: string,
  password: string,
  organization?: string,
): Promise<HttpClient> {
  const anonymous = createClient(platform.url, { origin: platform.url })
  const response = await anonymous.request('POST', '/api/auth/sign-in/email', { email, password })
  if (!response.ok) throw new Error(`Sign-in answered ${response.status}: ${await response.text()}`)
  const cookie = response.headers.getSetCookie().map((line) => line.split(';')[0])
  return createClient(platform.url, {
    origin: platform.url,
    cookie: cookie.join('; '),
    ...(organization ? { 'heliograph-org': organization } : {}),
  })
}

/** Makes another organization, of which the administrator becomes a member, and a client that speaks for it. */
export async function createOrganization(
  administrator: Administrator,
  slug = uniqueSlug(),
): Promise<HttpClient & { organization: string }> {
  await administrator.send('POST', '/api/v1/organizations', { name: slug, slug })
  return { ...administrator.with({ 'heliograph-org': slug }), organization: slug }
}

/** A slug that no other suite uses. */
export function uniqueSlug(prefix = 'org'): string {
  return `${prefix}-${randomBytes(5).toString('hex')}`
}

export interface MemberAccount extends HttpClient {
  /** The id of the person. */
  id: string
  email: string
  password: string
  organization: string
}

/** Makes an account by an invitation of the administrator, and signs it in. A platform that sends mail confirms it by one. */
export async function createMember(
  platform: Pick<Platform, 'url'>,
  administrator: HttpClient & { organization: string },
  role: Role,
  name = 'Mo Member',
  { tags, mailServer = null }: { tags?: string[]; mailServer?: MailServer | null } = {},
): Promise<MemberAccount> {
  const { organization } = administrator
  const email = `${uniqueSlug('member')}@example.com`
  const password = randomBytes(12).toString('base64url')
  const token = await invite(administrator, { role, ...(tags === undefined ? {} : { tags }) })
  const account = { token, name, email, password }
  const anonymous = createClient(platform.url)
  await anonymous.send('POST', '/api/v1/invitations/accept', account)
  if (mailServer !== null) {
    const { link } = await mailServer.next(email)
    await anonymous.send('POST', '/api/v1/invitations/confirm', { token: new URL(link).hash.slice(1) })
  }
  const client = await signIn(platform, email, password, organization)
  const { user } = await client.send<{ user: { id: string } }>('GET', '/api/v1/me')
  return { ...client, id: user.id, email, password, organization }
}

/** The token of a new invitation. */
export async function invite(administrator: HttpClient, input: object): Promise<string> {
  const { url } = await administrator.send<{ url: string }>('POST', '/api/v1/invitations', input)
  return new URL(url).hash.slice(1)
}
