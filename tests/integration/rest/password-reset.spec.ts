import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Administrator, createAdministrator, createMember, signIn } from '../../support/accounts.js'
import { runScript } from '../../support/command.js'
import { createClient, type HttpClient } from '../../support/http-client.js'
import { type MailServer, startMailServer } from '../../support/mail-server.js'
import type { Platform, PlatformOptions } from '../../support/platform.js'
import { usePlatforms } from '../../support/use-platform.js'
import { closed, connectToken, eventually, requestToken } from '../mqtt/support.js'
import { ask } from './callers.js'

const platforms = usePlatforms()
let mailServer: MailServer
let platform: Platform
let administrator: Administrator
let anonymous: HttpClient

beforeAll(async () => {
  mailServer = await startMailServer()
})
afterAll(() => mailServer?.close())

async function start(options: PlatformOptions = { smtpUrl: mailServer.url }): Promise<void> {
  mailServer.mails.length = 0
  platform = await platforms.own(options)
  administrator = await createAdministrator(platform)
  anonymous = createClient(platform.url)
}

const request = (email: string, headers?: Record<string, string>) =>
  ask(anonymous, 'POST', '/api/v1/password-reset', { email }, headers)
const complete = (token: string, password = 'tangerine kettle 7') =>
  ask(anonymous, 'POST', '/api/v1/password-reset/complete', { token, password })
const tokenOf = ({ link }: { link: string }) => new URL(link).hash.slice(1)
const deadLink = { status: 404, body: { code: 'link_not_found' } }

/** Waits until all requests were looked up, which a request for this account is the last of. */
async function allLookedUp(): Promise<void> {
  const last = await createMember(platform, administrator, 'viewer', 'Mo Member', { mailServer })
  expect((await request(last.email)).status).toBe(204)
  await mailServer.next(last.email)
}

describe('a link for a new password, by mail', () => {
  it('sets it once, ends every session and its connections, and is audited', async () => {
    await start()
    const { email } = administrator
    const connection = await connectToken(await requestToken(administrator))
    const ended = closed(connection)
    expect((await request(email.toUpperCase())).status).toBe(204)
    expect((await request(email)).status).toBe(204)
    const [first, second] = [await mailServer.next(email), await mailServer.next(email)]
    expect(first).toMatchObject({ from: 'Heliograph <iot@example.com>', to: [email] })
    expect(first.link).toMatch(new RegExp(`^${platform.url}/reset-password#hg_lnk_[\\w-]{43}$`))

    const token = tokenOf(first)
    const read = await ask(anonymous, 'POST', '/api/v1/password-reset/read', { token })
    expect(read).toMatchObject({ status: 200, body: { email } })
    expect(await complete(token, 'heliograph 2026')).toMatchObject({
      status: 400,
      body: { code: 'password_weak', errors: [{ path: 'password' }] },
    })
    const [done, again] = await Promise.all([complete(token), complete(token)])
    expect([done.status, again.status].sort()).toEqual([200, 404])
    await ended
    expect((await ask(administrator, 'GET', '/api/v1/me')).status).toBe(401)
    expect(await complete(token)).toMatchObject(deadLink)
    expect(await complete(tokenOf(second))).toMatchObject(deadLink)
    expect((await mailServer.next(email)).subject).toBe('Your password for Heliograph was changed')

    await expect(signIn(platform, email, administrator.password)).rejects.toThrow('401')
    await signIn(platform, email, 'tangerine kettle 7')
    const { rows } = await platform.pool.query(
      `SELECT actor LIKE 'person:%' AS by_person, detail->>'email' AS email FROM audit_row
       WHERE action = 'person.resetPassword' AND organization_id <> 0`,
    )
    expect(rows).toEqual([{ by_person: true, email }])
    const hashes = await platform.pool.query('SELECT secret_hash, bound_to FROM account_link')
    expect(JSON.stringify(hashes.rows)).not.toContain(token)
  })

  it('lets somebody sign in at once who has tried too many passwords before', async () => {
    await start()
    const { email } = administrator
    const wrong = { email, password: 'a wrong password' }
    for (let attempt = 0; attempt < 10; attempt += 1)
      await ask(anonymous, 'POST', '/api/auth/sign-in/email', wrong)
    expect((await ask(anonymous, 'POST', '/api/auth/sign-in/email', wrong)).status).toBe(429)
    await request(email)
    const { headers } = await complete(tokenOf(await mailServer.next(email)))
    const [cookie = ''] = headers.getSetCookie().map((line) => line.split(';', 1)[0] ?? '')
    const right = { email, password: 'tangerine kettle 7' }
    const known = await ask(anonymous, 'POST', '/api/auth/sign-in/email', right, { cookie })
    expect(known.status).toBe(200)
    expect((await ask(anonymous, 'POST', '/api/auth/sign-in/email', right)).status).toBe(429)
  })

  it('ends when the password is changed otherwise, and after an hour', async () => {
    await start()
    const { email, password } = administrator
    await request(email)
    const before = tokenOf(await mailServer.next(email))
    const change = { currentPassword: password, newPassword: 'copper lantern 31', revokeOtherSessions: false }
    expect((await ask(administrator, 'POST', '/api/auth/change-password', change)).status).toBe(200)
    expect(await complete(before)).toMatchObject(deadLink)

    await request(email)
    const later = tokenOf(await mailServer.next(email))
    const { rows } = await platform.pool.query(
      `SELECT DISTINCT expires_at - created_at <= interval '1 hour 1 second' AS short FROM account_link`,
    )
    expect(rows).toEqual([{ short: true }])
    await platform.pool.query('UPDATE account_link SET expires_at = now()')
    expect(await complete(later)).toMatchObject(deadLink)
  })

  it('is answered before anybody looks whether there is such an account', async () => {
    await start()
    const locked = await platform.pool.connect()
    try {
      await locked.query('BEGIN')
      await locked.query('LOCK TABLE "user" IN ACCESS EXCLUSIVE MODE')
      const [known, unknown] = [await request(administrator.email), await request('nobody@example.com')]
      expect(known.status).toBe(204)
      expect(unknown).toMatchObject({ status: known.status, body: known.body })
      expect(names(unknown.headers)).toEqual(names(known.headers))
    } finally {
      await locked.query('ROLLBACK')
      locked.release()
    }
    await mailServer.next(administrator.email)
    await allLookedUp()
    expect(mailServer.mails).toEqual([])
  })

  it('does not flood a mailbox, whoever asks from wherever, and every mailed link still works', async () => {
    await start({ smtpUrl: mailServer.url, env: { TRUSTED_PROXIES: '127.0.0.1' } })
    const { email } = administrator
    for (let host = 1; host <= 8; host += 1)
      expect((await request(email, { 'x-forwarded-for': `198.51.100.${host}` })).status).toBe(204)
    await allLookedUp()
    const sent = mailServer.mails.filter(({ to }) => to.includes(email))
    expect(sent).toHaveLength(3)
    for (const mail of sent)
      expect(
        (await ask(anonymous, 'POST', '/api/v1/password-reset/read', { token: tokenOf(mail) })).status,
      ).toBe(200)
  })

  it('is refused to an address that asks too often, for known and unknown accounts alike', async () => {
    await start()
    const statuses = async (email: string) => {
      const all = []
      for (let attempt = 0; attempt < 5; attempt += 1) all.push((await request(email)).status)
      return all
    }
    expect(await statuses(administrator.email)).toEqual([204, 204, 204, 429, 429])
    expect(await statuses('nobody@example.com')).toEqual([204, 204, 204, 429, 429])
  })

  it('is not taken from guesses', async () => {
    await start()
    const statuses = []
    for (let attempt = 0; attempt < 12; attempt += 1)
      statuses.push((await complete(`hg_lnk_${attempt}`)).status)
    expect(statuses).toEqual([...Array(10).fill(404), 429, 429])
  })

  it('is refused to pages of other origins', async () => {
    await start()
    const bodies = {
      'password-reset': { email: administrator.email },
      'password-reset/read': { token: 'x' },
      'password-reset/complete': { token: 'x', password: 'tangerine kettle 7' },
    }
    for (const [path, body] of Object.entries(bodies))
      expect(
        await ask(anonymous, 'POST', `/api/v1/${path}`, body, { origin: 'https://evil.example' }),
      ).toMatchObject({ status: 403, body: { code: 'origin_refused' } })
  })
})

describe('a link for a new password, without mail', () => {
  it('is made by a command on the server, and works once', async () => {
    await start({})
    expect((await ask(anonymous, 'GET', '/api/v1/sign-in-options')).body).toMatchObject({
      passwordReset: 'command',
    })
    expect(await request(administrator.email)).toMatchObject({
      status: 409,
      body: { code: 'mail_not_configured', detail: expect.stringContaining('npm run reset-password') },
    })
    const command = (email: string) =>
      runScript('reset-password.mjs', [email], {
        DATABASE_URL: platform.databaseUrl,
        DATA_DIR: platform.dataDir,
        PORT: String(platform.port),
      }).ended
    const { code, output } = await command(administrator.email)
    expect(code).toBe(0)
    const link = /\S+#hg_lnk_\S+/.exec(output)?.[0] ?? ''
    expect(link).toContain(`${platform.url}/reset-password#`)
    expect(await complete(tokenOf({ link }))).toMatchObject({
      status: 200,
      body: { email: administrator.email },
    })
    expect(await complete(tokenOf({ link }))).toMatchObject(deadLink)
    await signIn(platform, administrator.email, 'tangerine kettle 7')
    const { rows } = await platform.pool.query(
      `SELECT actor, action FROM audit_row WHERE action LIKE 'person.reset%' AND organization_id <> 0 ORDER BY id`,
    )
    expect(rows).toMatchObject([
      { actor: 'platform', action: 'person.resetLink' },
      { action: 'person.resetPassword' },
    ])

    const unknown = await command('nobody@example.com')
    expect(unknown.code).toBe(1)
    expect(unknown.output).toContain('There is no account with the address nobody@example.com.')
  })
})

it('no link and no address is in the log', async () => {
  await start({ smtpUrl: mailServer.url, env: { LOG_LEVEL: 'trace' } })
  await request(administrator.email)
  const token = tokenOf(await mailServer.next(administrator.email))
  await complete(token)
  await eventually(() => expect(platform.logs()).toContain('password-reset/complete'))
  for (const secret of [token, 'tangerine kettle 7']) expect(platform.logs()).not.toContain(secret)
})

function names(headers: Headers): string[] {
  return [...headers.keys()].sort()
}
