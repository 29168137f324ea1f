import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Answer, ask } from '../integration/rest/callers.js'
import {
  type Administrator,
  createAdministrator,
  createMember,
  type MemberAccount,
} from '../support/accounts.js'
import { createClient } from '../support/http-client.js'
import { type Platform, startPlatform } from '../support/platform.js'
import { totp } from '../support/totp.js'

let platform: Platform
let owner: Administrator

beforeAll(async () => {
  platform = await startPlatform({ env: { TRUSTED_PROXIES: '127.0.0.1' } })
  owner = await createAdministrator(platform)
})
afterAll(() => platform?.stop())

type Cookies = Map<string, string>

const cookiesOf = ({ headers }: Answer): Cookies =>
  new Map(
    headers.getSetCookie().map((line) => {
      const [name = '', value = ''] = (line.split(';', 1)[0] ?? '').split(/=(.*)/s)
      return [name, value] as const
    }),
  )
const written = (cookies: Cookies) => [...cookies].map((pair) => pair.join('=')).join('; ')

let hosts = 0
/** A client of a network of its own, so that the limits of addresses are never reached. */
function fromElsewhere(headers: Record<string, string> = {}) {
  hosts += 1
  const address = `198.51.${100 + Math.floor(hosts / 250)}.${hosts % 250}`
  return createClient(platform.url, { origin: platform.url, 'x-forwarded-for': address, ...headers })
}

const signIn = ({ email, password }: Pick<MemberAccount, 'email' | 'password'>) =>
  ask(fromElsewhere(), 'POST', '/api/auth/sign-in/email', { email, password })
const sendCode = (headers: Record<string, string>, code: string) =>
  ask(fromElsewhere(headers), 'POST', '/api/auth/two-factor/verify-totp', { code })

/** A person with two-factor whose codes somebody with the password has tried as often as may be. */
async function victim(): Promise<{ account: MemberAccount; secret: string }> {
  const account = await createMember(platform, owner, 'viewer')
  const { password } = account
  const started = await ask(account, 'POST', '/api/auth/two-factor/enable', { password })
  const secret = new URL(String(started.body.totpURI)).searchParams.get('secret') ?? ''
  const proven = { code: totp(secret, { stepsAhead: -1 }) }
  expect((await ask(account, 'POST', '/api/auth/two-factor/verify-totp', proven)).status).toBe(200)
  for (let attempt = 0; attempt < 10; attempt += 1) {
    const cookie = written(cookiesOf(await signIn(account)))
    expect((await sendCode({ cookie }, `90000${attempt}`)).status).toBe(401)
  }
  const cookie = written(cookiesOf(await signIn(account)))
  expect((await sendCode({ cookie }, totp(secret))).status).toBe(429)
  return { account, secret }
}

/** The cookie of the pending sign-in, which names who it is. */
function pendingOf(cookies: Cookies): string {
  const value = cookies.get('heliograph.two_factor')
  if (value === undefined) throw new Error('no sign-in waits for a code')
  return value
}

describe('who has the password, and has tried too many codes', () => {
  it.each<[string, (pending: string, own: Cookies) => Record<string, string>]>([
    ['in quotes', (pending) => ({ cookie: `heliograph.two_factor="${decodeURIComponent(pending)}"` })],
    [
      'percent-encoded',
      (pending) => ({
        cookie: `heliograph.two_factor=%${pending.charCodeAt(0).toString(16)}${pending.slice(1)}`,
      }),
    ],
    ['with a space before =', (pending) => ({ cookie: `heliograph.two_factor =${pending}` })],
    ['behind a tab', (pending) => ({ cookie: `a=b;\theliograph.two_factor=${pending}` })],
    ['twice', (pending) => ({ cookie: `heliograph.two_factor=${pending}; heliograph.two_factor=2fa-x.y` })],
    [
      'beside one of another name',
      (pending) => ({ cookie: `__Secure-heliograph.two_factor=2fa-x.y; heliograph.two_factor=${pending}` }),
    ],
    [
      'beside an own session, hidden by a token without one',
      (pending, own) => ({
        authorization: `Bearer ${decodeURIComponent(own.get('heliograph.session_token') ?? '')}.x`,
        cookie: `${written(own)}; heliograph.two_factor=${pending}`,
      }),
    ],
  ])('is not let in by naming the pending sign-in %s', async (_, headers) => {
    const { account, secret } = await victim()
    const own = cookiesOf(await signIn(await createMember(platform, owner, 'viewer')))
    const pending = pendingOf(cookiesOf(await signIn(account)))
    const answer = await sendCode(headers(pending, own), totp(secret))
    expect([401, 429]).toContain(answer.status)
    const cookie = written(cookiesOf(answer))
    expect((await ask(fromElsewhere({ cookie }), 'GET', '/api/v1/me')).status).toBe(401)
  })

  it('does not add a passkey, or turn two-factor off, by a session that is not told apart', async () => {
    const account = await createMember(platform, owner, 'viewer')
    const own = cookiesOf(await signIn(await createMember(platform, owner, 'viewer')))
    const token = decodeURIComponent(own.get('heliograph.session_token') ?? '')
    const theirs = written(cookiesOf(await signIn(account)))
    for (const authorization of [`Bearer ${token}.x`, `Bearer ${token} x`, 'Bearer x.y'])
      for (const call of ['two-factor/disable', 'two-factor/enable', 'passkey/verify-registration']) {
        const client = fromElsewhere({ authorization, cookie: theirs })
        const body = { password: 'not their password', name: 'x', response: { id: 'x', response: {} } }
        const { status } = await ask(client, 'POST', `/api/auth/${call}`, body)
        expect([authorization.slice(-8), call, status]).toEqual([
          authorization.slice(-8),
          call,
          expect.toBeOneOf([400, 401, 403]),
        ])
      }
  })
})
