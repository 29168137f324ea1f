import fs from 'node:fs'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { TestDevice } from '../integration/mqtt/support.js'
import { eventually, registerDevice } from '../integration/mqtt/support.js'
import { type Administrator, createAdministrator } from '../support/accounts.js'
import { freePort } from '../support/free-port.js'
import { type MailServer, startMailServer } from '../support/mail-server.js'
import { goThrough, type OpenIdProvider, startOpenIdProvider } from '../support/openid-provider.js'
import { type Platform, startPlatform } from '../support/platform.js'
import { makeServerCertificate, type ServerCertificate } from '../support/server-certificate.js'
import { totp } from '../support/totp.js'
import { misuseAsPassword, misuseInPaths, misuseInRequests } from './misuses.js'
import { type Call, formsOf, Witness } from './witness.js'

/** A secret, and the call whose answer shows it; null: no answer does. */
interface Secret {
  value: string
  shownBy: string | null
}

const smtpPassword = 'p@ss/for "mail"+7'
let mailServer: MailServer
let provider: OpenIdProvider
let certificate: ServerCertificate
let platform: Platform
let owner: Administrator
let device: TestDevice
let witness: Witness
let caller: Record<string, string>
const secrets = new Map<string, Secret>()

beforeAll(async () => {
  mailServer = await startMailServer({ user: 'ada', password: smtpPassword })
  certificate = makeServerCertificate()
  platform = await startPlatform({ smtpUrl: mailServer.url, env: await environment() })
  owner = await createAdministrator(platform, 'plant')
  device = await registerDevice(owner)
  provider = await startOpenIdProvider(platform.url)
  await platform.restart(provider.env)
  witness = new Witness(platform)
  await signInWithTwoFactor()
  await followMailedLinks()
  await rotateSecrets()
  await comeFromProvider()
  keepConfigured()
  await misuseAll()
  await failEverywhere()
  await readAll()
}, 600_000)
afterAll(async () => {
  await platform?.stop()
  await provider?.stop()
  await mailServer?.close()
  certificate?.remove()
})

const environment = async () => ({
  LOG_LEVEL: 'trace',
  OIDC_ROLE_MAP: 'staff=plant:viewer',
  ...{ MQTTS_PORT: String(await freePort()), TLS_CERT: certificate.certFile, TLS_KEY: certificate.keyFile },
  LIMITS: 'http.refusalsPerAddress=100000,connect.failuresPerAddress=100000',
})

const keep = (name: string, value: unknown, shownBy: string | null) =>
  secrets.set(name, { value: String(value), shownBy })
const post = (where: string, path: string, body: object, headers: Record<string, string> = caller) =>
  witness.call({ where, method: 'POST', path, body, headers } satisfies Call)

/** What a browser keeps of an answer: its cookies by their names, less those that end. */
function cookiesOf({ headers }: Record<string, unknown>): Map<string, string> {
  const lines = (headers as Headers).getSetCookie().map((line) => line.split(';', 1)[0] ?? '')
  const pairs = lines.filter((line) => !line.endsWith('=')).map((line) => line.split(/=(.*)/s))
  return new Map(pairs.map(([name = '', value = '']) => [name, value]))
}
const browserWith = (cookies: Map<string, string>) => ({
  origin: platform.url,
  cookie: [...cookies].map((pair) => pair.join('=')).join('; '),
})

async function signInWithTwoFactor(): Promise<void> {
  const { email, password } = owner
  const origin = { origin: platform.url }
  const signIn = (where: string) => post(where, '/api/auth/sign-in/email', { email, password }, origin)
  const first = cookiesOf(await signIn('sign in'))
  for (const [name, value] of first) keep(`cookie ${name}`, decodeURIComponent(value), 'sign in')
  caller = browserWith(first)
  const enabled = await post('enable two-factor', '/api/auth/two-factor/enable', { password })
  const secret = new URL(String(enabled.totpURI)).searchParams.get('secret') ?? ''
  keep('TOTP secret', secret, 'enable two-factor')
  const [code, ...codes] = enabled.backupCodes as string[]
  codes.forEach((each, index) => {
    keep(`recovery code ${index}`, each, 'enable two-factor')
  })
  const proven = await post('prove the app', '/api/auth/two-factor/verify-totp', { code: totp(secret) })
  caller = browserWith(cookiesOf(proven))

  const pending = cookiesOf(await signIn('sign in with two-factor'))
  for (const [name, value] of pending)
    keep(`pending ${name}`, decodeURIComponent(value), 'sign in with two-factor')
  const second = browserWith(pending)
  for (const wrong of ['000000', secret.slice(0, 6)])
    await post('a wrong code', '/api/auth/two-factor/verify-totp', { code: wrong }, second)
  const verify = '/api/auth/two-factor/verify-backup-code'
  for (const used of [secret.slice(0, 32), code])
    await post('a recovery code', verify, { code: used }, second)
  const renewed = await post('renew the codes', '/api/auth/two-factor/generate-backup-codes', { password })
  keep('renewed recovery code', (renewed.backupCodes as string[])[0], 'renew the codes')
}

async function followMailedLinks(): Promise<void> {
  const follow = async (kind: string, to: string, path: string, body: object = {}) => {
    const token = new URL((await mailServer.next(to)).link).hash.slice(1)
    keep(`link of ${kind}`, token, null)
    for (const sent of [`${token}x`, token])
      await post(`follow the link of ${kind}`, path, { token: sent, ...body }, { origin: platform.url })
  }
  await post('ask for a link', '/api/v1/password-reset', { email: owner.email })
  await follow('a new password', owner.email, '/api/v1/password-reset/read')
  const moved = 'moved@example.com'
  await post('change the address', '/api/v1/me/email', { email: moved, password: owner.password })
  await follow('another address', moved, '/api/v1/email-confirmation')
  const guest = 'guest@example.com'
  await post(
    'invite',
    '/api/v1/invitations',
    { role: 'viewer', email: guest },
    { ...caller, 'heliograph-org': 'plant' },
  )
  const account = { name: 'Guest', email: guest, password: 'tangerine kettle 7' }
  await follow('an invitation', guest, '/api/v1/invitations/accept', account)
  secrets.set('link of an invitation', {
    value: secrets.get('link of an invitation')?.value ?? '',
    shownBy: 'invite',
  })
}

async function rotateSecrets(): Promise<void> {
  const rotate = async (
    kind: string,
    list: string,
    secretOf: (answer: Record<string, unknown>) => unknown,
  ) => {
    const { id } = await post(`make ${kind}`, list, { name: kind })
    const answer = await post(`rotate ${kind}`, `${list}/${id}/rotate`, { overlapSeconds: 60 })
    keep(`rotated ${kind}`, secretOf(answer), `rotate ${kind}`)
  }
  await rotate('key', '/api/v1/api-keys', ({ key }) => key)
  await rotate('application', '/api/v1/applications', ({ password }) => password)
  await rotate('credential', `/api/v1/devices/${device.id}/credentials`, ({ password }) => password)
}

/** Goes to the provider and back; returns the address at which it sent back. */
async function throughProvider(where: string): Promise<URL> {
  const started = await post('go to the provider', '/api/auth/sign-in/social', { callbackURL: '/o/plant' })
  const back = await goThrough(String(started.url), platform.url)
  const headers = browserWith(cookiesOf(started))
  const changed = `${back.pathname}?${new URLSearchParams({ code: back.searchParams.get('code') ?? '', state: 'x' })}`
  for (const path of [changed, back.pathname + back.search, back.pathname + back.search])
    await witness.call({ where, path, headers })
  return back
}

async function comeFromProvider(): Promise<void> {
  const person = { name: 'Pia', email: 'pia@example.com', email_verified: true, groups: ['staff'] }
  provider.people.set('pia', person)
  provider.person = 'pia'
  const back = await throughProvider('come back from the provider')
  keep('code of the provider', back.searchParams.get('code'), null)
  keep('state', back.searchParams.get('state'), 'go to the provider')
}

/** What the configuration has. */
function keepConfigured(): void {
  keep('SMTP password', smtpPassword, null)
  keep('OIDC client secret', provider.env.OIDC_CLIENT_SECRET, null)
  const [, line = ''] = fs.readFileSync(certificate.keyFile, 'utf8').split('\n')
  keep('TLS key', line, null)
}

/** The process knows these, so that they are hidden wherever a client puts them. */
const known = ['SMTP password', 'OIDC client secret']

async function misuseAll(): Promise<void> {
  const around = { witness, organization: 'plant', device, caller }
  for (const name of ['TOTP secret', 'recovery code 1', 'link of an invitation', ...known]) {
    const secret = { name, value: secrets.get(name)?.value ?? '' }
    await misuseInRequests(secret, around)
    await misuseAsPassword(secret, around)
    if (known.includes(name)) await misuseInPaths(secret, around)
  }
}

/** The mail server, the provider and the files of the certificate fail, of which the log tells. */
async function failEverywhere(): Promise<void> {
  const told = (text: RegExp) => eventually(() => expect(platform.logs()).toMatch(text))
  const SMTP_URL = mailServer.url.replace('ada:', 'eve:')
  await platform.restart({ ...provider.env, OIDC_CLIENT_SECRET: 'another secret of the client', SMTP_URL })
  await post('ask for a link', '/api/v1/password-reset', { email: 'guest@example.com' })
  await told(/was not sent and is tried again/)
  await throughProvider('come back in vain')
  const key = fs.readFileSync(certificate.keyFile, 'utf8')
  fs.writeFileSync(certificate.keyFile, key.replace('-----END', 'broken-----END'))
  await told(/cannot be used; the one before stays in use/)
}

async function readAll(): Promise<void> {
  const lists = ['audit?limit=100', 'audit/export?format=csv', 'audit/export?format=ndjson', 'overview', 'me']
  const ofPerson = ['me/sessions', 'me/sign-in-methods', 'members', 'invitations', 'api-keys', 'applications']
  for (const name of [...lists, ...ofPerson, 'platform', 'organizations', `devices/${device.id}/refusals`])
    await witness.call({ where: `read ${name}`, path: `/api/v1/${name}`, headers: caller })
  await witness.call({ where: 'read the metrics', path: '/metrics' })
}

/** Which secrets are in a text, but for those that the call is there to show. */
const leaks = (where: string, text: string) =>
  [...secrets].flatMap(([name, { value, shownBy }]) =>
    where !== shownBy && !where.startsWith(`${name} `) && formsOf(value).some((form) => text.includes(form))
      ? [`${name} in: ${where}`]
      : [],
  )

it('every call of a sign-in was answered, and showed what it is there to show', () => {
  for (const [name, { value, shownBy }] of secrets) {
    expect([name, value.length >= 10]).toEqual([name, true])
    const texts = witness.seen.filter(({ where }) => where === shownBy).map(({ text }) => text)
    if (shownBy !== null)
      expect(texts.flatMap((text) => leaks('elsewhere', text))).toContain(`${name} in: elsewhere`)
  }
  const failed = witness.seen.filter(
    ({ where, text }) => where.startsWith('read ') && /"status":[45]/.test(text),
  )
  expect(failed).toEqual([])
})

it('the log of the most talkative level holds no secret of a sign-in or of the configuration', () => {
  const lines = platform.logs().split('\n')
  expect(lines.length).toBeGreaterThan(100)
  expect(lines.flatMap((line) => leaks(line, line))).toEqual([])
})

it('no other answer holds one: no problem, audit, overview, list or metric', () => {
  const found = witness.seen
    .filter(({ where }) => where !== 'a page')
    .flatMap(({ where, text }) => leaks(where, text))
  expect([...new Set(found)]).toEqual([])
})

it('the audit of all that was done holds none', async () => {
  const { rows } = await platform.pool.query<{ row: string }>(
    'SELECT to_jsonb(audit_row)::text AS row FROM audit_row',
  )
  expect(rows.length).toBeGreaterThan(8)
  expect(rows.flatMap(({ row }) => leaks('audit', row))).toEqual([])
})
