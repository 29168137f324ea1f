import { describe, expect, it } from 'vitest'
import { type Administrator, createAdministrator, signIn } from '../../support/accounts.js'
import { createClient, type HttpClient } from '../../support/http-client.js'
import type { Platform } from '../../support/platform.js'
import { usePlatforms } from '../../support/use-platform.js'
import { closed, connectToken, requestToken } from '../mqtt/support.js'
import { ask } from './callers.js'

const platforms = usePlatforms()
let platform: Platform
let administrator: Administrator
let sharedAdministrator: Promise<Administrator> | undefined

/** A platform that other tests use, too, and a new session of its administrator. */
async function start(): Promise<HttpClient> {
  platform = await platforms.shared()
  sharedAdministrator ??= createAdministrator(platform)
  const { email, password, organization } = await sharedAdministrator
  administrator = {
    ...(await signIn(platform, email, password, organization)),
    email,
    password,
    organization,
  }
  return createClient(platform.url)
}

async function startOwn(env: NodeJS.ProcessEnv = {}): Promise<HttpClient> {
  platform = await platforms.own({ env })
  administrator = await createAdministrator(platform)
  return createClient(platform.url)
}

const signInPath = '/api/auth/sign-in/email'
const right = () => ({ email: administrator.email, password: administrator.password })
const wrong = (email = administrator.email) => ({ email, password: 'a wrong password' })

describe('sign-in', () => {
  it('returns a cookie that scripts of a page cannot read, and a bearer token', async () => {
    const anonymous = await start()
    const answer = await ask(anonymous, 'POST', signInPath, right())
    expect(answer.status).toBe(200)
    const [cookie = ''] = answer.headers.getSetCookie()
    expect(cookie).toMatch(/HttpOnly/)
    expect(cookie).toMatch(/SameSite=Lax/)
    expect(cookie).not.toMatch(/Secure/)
    const bearer = { authorization: `Bearer ${answer.headers.get('set-auth-token')}` }
    expect((await ask(anonymous, 'GET', '/api/v1/me', undefined, bearer)).body).toMatchObject({
      user: { email: administrator.email },
    })
    const unsigned = { authorization: `Bearer ${answer.body.token}` }
    expect((await ask(anonymous, 'GET', '/api/v1/me', undefined, unsigned)).status).toBe(401)
  })

  it('returns a cookie for TLS only when PUBLIC_URL has https', async () => {
    platform = await platforms.own({ env: { PUBLIC_URL: 'https://iot.example.com' } })
    const anonymous = createClient(platform.url, { origin: 'https://iot.example.com' })
    const person = { name: 'Ada', email: 'ada@example.com', password: 'correct horse battery' }
    await anonymous.send('POST', '/api/v1/setup', { ...person, organization: { name: 'A', slug: 'a' } })
    const answer = await ask(anonymous, 'POST', signInPath, {
      email: person.email,
      password: person.password,
    })
    const cookies = answer.headers.getSetCookie()
    expect(cookies.map((cookie) => cookie.split('=', 1)[0])).toEqual([
      '__Host-heliograph.session_token',
      '__Host-heliograph.known_browser',
    ])
    for (const cookie of cookies) {
      const attributes = cookie.split('; ').slice(1)
      expect(attributes).toEqual(expect.arrayContaining(['Path=/', 'HttpOnly', 'Secure', 'SameSite=Lax']))
      expect(cookie).not.toContain('Domain')
    }
    const signedIn = cookies.map((cookie) => cookie.split(';', 1)[0]).join('; ')
    const me = (cookie: string) => ask(anonymous, 'GET', '/api/v1/me', undefined, { cookie })
    expect((await me(signedIn)).body).toMatchObject({ user: { email: person.email } })
    // A page without TLS, or of another name below this one, could have set these.
    for (const prefix of ['__Secure-', ''])
      expect((await me(signedIn.replaceAll('__Host-', prefix))).status).toBe(401)
    expect(answer.headers.get('strict-transport-security')).toContain('max-age')
    const page = await ask(anonymous, 'GET', '/sign-in')
    expect(page.headers.get('strict-transport-security')).toContain('max-age')
    expect(page.headers.get('cross-origin-opener-policy')).toBe('same-origin')
    const { body } = await ask(anonymous, 'GET', '/api/v1/platform', undefined, {
      authorization: `Bearer ${answer.headers.get('set-auth-token')}`,
    })
    expect(body.urls).toMatchObject({ http: 'https://iot.example.com', ws: 'wss://iot.example.com/mqtt' })
  })

  it('accepts localhost and 127.0.0.1 as origins, and no other', async () => {
    const anonymous = await start()
    for (const origin of [`http://localhost:${platform.port}`, `http://127.0.0.1:${platform.port}`]) {
      expect((await ask(anonymous, 'POST', signInPath, right(), { origin })).status).toBe(200)
    }
    for (const origin of ['http://evil.example', 'null', 'http://localhost:1']) {
      const answer = await ask(anonymous, 'POST', signInPath, right(), { origin })
      expect(answer).toMatchObject({ status: 403, body: { code: 'origin_refused' } })
      expect(answer.headers.getSetCookie()).toEqual([])
    }
  })

  it('answers the same for an unknown account and a wrong password', async () => {
    const anonymous = await start()
    const [known, unknown] = await Promise.all([
      ask(anonymous, 'POST', signInPath, wrong()),
      ask(anonymous, 'POST', signInPath, wrong('nobody@example.com')),
    ])
    expect(known.status).toBe(401)
    expect(unknown).toMatchObject({ status: 401, body: known.body })
  })

  it('is limited for each account and address, regardless of forwarding headers', async () => {
    const anonymous = await startOwn()
    const statuses: number[] = []
    for (let attempt = 0; attempt < 14; attempt += 1) {
      const claimed = `203.0.113.${attempt}`
      const headers = { 'x-forwarded-for': claimed, forwarded: `for=${claimed}`, 'x-real-ip': claimed }
      statuses.push((await ask(anonymous, 'POST', signInPath, wrong(), headers)).status)
    }
    expect(statuses).toEqual([...Array(10).fill(401), ...Array(4).fill(429)])
    const elsewhere = await ask(anonymous, 'POST', signInPath, wrong('nobody@example.com'))
    expect(elsewhere.headers.get('ratelimit-policy')).toBe(
      '"signIn.perAddress";q=20;w=300, "signIn.perAccountAndAddress";q=10;w=600',
    )
    expect(elsewhere.headers.get('ratelimit')).toMatch(
      /^"signIn.perAddress";r=\d+;t=\d+, "signIn.perAccountAndAddress";r=9;t=60$/,
    )
    const limited = await ask(anonymous, 'POST', signInPath, right())
    expect(limited).toMatchObject({
      status: 429,
      body: {
        code: 'rate_limited',
        detail: expect.stringMatching(/from your address\. Try again in \d+ seconds\.$/),
      },
    })
    expect(limited.body['violated-policies']).toEqual(['signIn.perAccountAndAddress'])
    const again = Number(limited.headers.get('retry-after'))
    expect(again).toBeGreaterThan(0)
    expect(limited.headers.get('ratelimit')).toContain(`"signIn.perAccountAndAddress";r=0;t=${again}`)
    expect((await ask(administrator, 'GET', '/api/v1/me')).status).toBe(200)
  })

  it('cannot be prevented by wrong passwords that others try, from one or from many addresses', async () => {
    const anonymous = await startOwn({ TRUSTED_PROXIES: '127.0.0.1' })
    const from = (address: string, cookie?: string) => ({
      'x-forwarded-for': address,
      ...(cookie === undefined ? {} : { cookie }),
    })
    const signInFrom = (address: string, cookie?: string) =>
      ask(anonymous, 'POST', signInPath, right(), from(address, cookie))
    const attack = (address: string, cookie?: string) =>
      ask(anonymous, 'POST', signInPath, wrong(), from(address, cookie))

    const before = await signInFrom('192.0.2.1')
    const browser = before.headers.getSetCookie().find((cookie) => /known_browser/.test(cookie)) ?? ''
    expect(browser).toMatch(/; Path=\/api\/auth; HttpOnly; SameSite=Lax$/)
    const cookie = browser.split(';', 1)[0] ?? ''
    await platform.restart()

    for (let attempt = 0; attempt < 10; attempt += 1) await attack('198.51.100.1')
    expect((await attack('198.51.100.1')).status).toBe(429)
    expect((await signInFrom('198.51.100.1', cookie)).status).toBe(200)
    expect((await signInFrom('203.0.113.1')).status).toBe(200)

    for (let host = 2; host <= 11; host += 1) {
      await Promise.all(Array.from({ length: 10 }, () => attack(`198.51.100.${host}`)))
    }
    expect(await signInFrom('203.0.113.2')).toMatchObject({
      status: 429,
      body: { detail: expect.stringMatching(/a browser or a network in which you signed in before/) },
    })
    expect((await signInFrom('203.0.113.2', cookie.replace(/.$/, '!'))).status).toBe(429)
    expect((await signInFrom('203.0.113.2', cookie)).status).toBe(200)
    expect((await signInFrom('192.0.2.1')).status).toBe(200)

    for (let attempt = 0; attempt < 10; attempt += 1) await attack('192.0.2.9', cookie)
    expect(await signInFrom('192.0.2.9', cookie)).toMatchObject({
      status: 429,
      body: { detail: expect.stringMatching(/in this browser/) },
    })
    expect((await signInFrom('192.0.2.1')).status).toBe(200)
  })

  it('is limited for each address, regardless of accounts and forwarding headers', async () => {
    const anonymous = await startOwn()
    const statuses: number[] = []
    for (let attempt = 0; attempt < 24; attempt += 1) {
      const headers = { 'x-forwarded-for': `203.0.113.${attempt}` }
      statuses.push(
        (await ask(anonymous, 'POST', signInPath, wrong(`${attempt}@example.com`), headers)).status,
      )
    }
    expect(statuses).toEqual([...Array(20).fill(401), ...Array(4).fill(429)])
  })

  it('distinguishes clients behind a trusted proxy, but not by addresses that they sent', async () => {
    const anonymous = await startOwn({ TRUSTED_PROXIES: '127.0.0.1' })
    const attempt = async (forwarded: string, number: number) =>
      (
        await ask(anonymous, 'POST', signInPath, wrong(`${number}@example.com`), {
          'x-forwarded-for': forwarded,
        })
      ).status
    const statuses: number[] = []
    for (let number = 0; number < 21; number += 1)
      statuses.push(await attempt(`10.9.9.${number}, 198.51.100.1`, number))
    expect(statuses.at(-1)).toBe(429)
    expect(await attempt('198.51.100.2', 99)).toBe(401)
  })

  it('does not count successful attempts', async () => {
    const anonymous = await start()
    const statuses = []
    for (let attempt = 0; attempt < 25; attempt += 1) {
      statuses.push((await ask(anonymous, 'POST', signInPath, right())).status)
    }
    expect(new Set(statuses)).toEqual(new Set([200]))
  })

  it('refuses an incomplete and a too large sign-in', async () => {
    const anonymous = await start()
    expect((await ask(anonymous, 'POST', signInPath, {})).status).toBe(400)
    expect(
      (await ask(anonymous, 'POST', signInPath, { email: 'x', password: 'x'.repeat(20_000) })).status,
    ).toBe(413)
  })
})

describe('a session', () => {
  it('ends at sign-out, at once', async () => {
    await start()
    const other = await signIn(platform, administrator.email, administrator.password)
    expect((await ask(administrator, 'POST', '/api/auth/sign-out')).status).toBe(200)
    expect((await ask(administrator, 'GET', '/api/v1/me')).status).toBe(401)
    expect((await ask(other, 'GET', '/api/v1/me')).status).toBe(200)
  })

  it('ends when another session changes the password, with its MQTT connections, unless told otherwise', async () => {
    await startOwn()
    const other = await signIn(platform, administrator.email, administrator.password)
    const connection = await connectToken(await requestToken(administrator))
    const ended = closed(connection)
    const change = (client: HttpClient, currentPassword: string, newPassword: string, more: object = {}) =>
      ask(client, 'POST', '/api/auth/change-password', { currentPassword, newPassword, ...more })

    const first = await change(other, administrator.password, 'tangerine kettle 7')
    expect(first.status).toBe(200)
    await ended
    expect((await ask(administrator, 'GET', '/api/v1/me')).status).toBe(401)
    const bearer = { authorization: `Bearer ${first.headers.get('set-auth-token')}` }
    expect((await ask(createClient(platform.url), 'GET', '/api/v1/me', undefined, bearer)).status).toBe(200)
    expect((await platform.pool.query('SELECT FROM session')).rowCount).toBe(1)

    const [one, two] = await Promise.all([
      signIn(platform, administrator.email, 'tangerine kettle 7'),
      signIn(platform, administrator.email, 'tangerine kettle 7'),
    ])
    const keep = { revokeOtherSessions: false }
    expect((await change(one, 'tangerine kettle 7', 'tangerine kettle 8', keep)).status).toBe(200)
    expect((await ask(two, 'GET', '/api/v1/me')).status).toBe(200)
    expect((await ask(one, 'GET', '/api/v1/me')).status).toBe(200)
  })

  it('has the client’s address from the socket', async () => {
    const anonymous = await start()
    await ask(anonymous, 'POST', signInPath, right(), { 'x-forwarded-for': '203.0.113.1' })
    const { rows } = await platform.pool.query('SELECT DISTINCT ip_address FROM session')
    expect(rows).toEqual([{ ip_address: '127.0.0.1' }])
  })

  it('leaves no secret in the log', async () => {
    await startOwn({ LOG_LEVEL: 'trace' })
    expect(platform.logs()).not.toContain(administrator.password)
    expect(platform.logs()).not.toContain('session_token')
  })
})
