import { beforeAll, describe, expect, it } from 'vitest'
import { rotateSecret } from '../../../scripts/instance/rotate-secret.mjs'
import {
  type Administrator,
  createAdministrator,
  createMember,
  invite,
  type MemberAccount,
} from '../../support/accounts.js'
import { runScript } from '../../support/command.js'
import { createClient, type HttpClient } from '../../support/http-client.js'
import type { Platform } from '../../support/platform.js'
import { totp } from '../../support/totp.js'
import { usePlatforms } from '../../support/use-platform.js'
import { type Answer, ask, cookiesOf } from './callers.js'

const platforms = usePlatforms()
let platform: Platform
let administrator: Administrator

beforeAll(async () => {
  platform = await platforms.shared({ env: { TRUSTED_PROXIES: '127.0.0.1' } })
  administrator = await createAdministrator(platform)
})

interface Protected extends MemberAccount {
  secret: string
  recoveryCodes: string[]
}

let hosts = 0
/** A network of its own, so that limits of addresses are those of one test. */
const someAddress = () => {
  hosts += 1
  return { 'x-forwarded-for': `198.51.${100 + Math.floor(hosts / 250)}.${hosts % 250}` }
}

const me = (client: HttpClient, headers = {}) => ask(client, 'GET', '/api/v1/me', undefined, headers)
const anonymous = () => createClient(platform.url).with(someAddress())

/** A member with two-factor. The code that proved the app is that of the half minute before. */
async function protectedMember(): Promise<Protected> {
  const member = await createMember(platform, administrator, 'viewer')
  const { password } = member
  const started = await ask(member, 'POST', '/api/auth/two-factor/enable', { password }, someAddress())
  expect(started.status).toBe(200)
  const secret = new URL(String(started.body.totpURI)).searchParams.get('secret') ?? ''
  const proven = await ask(member, 'POST', '/api/auth/two-factor/verify-totp', {
    code: totp(secret, { stepsAhead: -1 }),
  })
  expect(proven.status).toBe(200)
  const client = createClient(platform.url, { cookie: cookiesOf(proven), origin: platform.url })
  return { ...member, ...client, secret, recoveryCodes: started.body.backupCodes as string[] }
}

/** Signs in by the password, and returns a client that has what the browser has then. */
async function byPassword({ email, password }: Pick<Protected, 'email' | 'password'>, client = anonymous()) {
  const answer = await ask(client, 'POST', '/api/auth/sign-in/email', { email, password })
  return { answer, client: client.with({ cookie: cookiesOf(answer) }) }
}

const sendCode = (client: HttpClient, code: string) =>
  ask(client, 'POST', '/api/auth/two-factor/verify-totp', { code })
const sendRecoveryCode = (client: HttpClient, code: string) =>
  ask(client, 'POST', '/api/auth/two-factor/verify-backup-code', { code })

/** Sets a new password by a link that is made on the server. */
async function resetByCommand(args: string[], password: string): Promise<Answer> {
  const { output } = await runScript('reset-password.mjs', args, {
    DATABASE_URL: platform.databaseUrl,
    DATA_DIR: platform.dataDir,
  }).ended
  const link = { token: /#(hg_lnk_\S+)/.exec(output)?.[1], password }
  return ask(anonymous(), 'POST', '/api/v1/password-reset/complete', link)
}

describe('two-factor', () => {
  it('is on once a code proves that the app has the secret, and not before', async () => {
    const member = await createMember(platform, administrator, 'viewer')
    const { password } = member
    const refused = await ask(member, 'POST', '/api/auth/two-factor/enable', { password: 'a wrong one' })
    expect(refused).toMatchObject({ status: 400, body: { code: 'invalid_password' } })
    const started = await ask(member, 'POST', '/api/auth/two-factor/enable', { password })
    expect(started.body.totpURI).toMatch(
      /^otpauth:\/\/totp\/Heliograph:member-.*secret=[A-Z2-7]{32,}&issuer=Heliograph/,
    )
    expect(new Set(started.body.backupCodes as string[]).size).toBe(10)
    expect((await byPassword(member)).answer.body).not.toHaveProperty('twoFactorRedirect')
    expect(await member.send('GET', '/api/v1/me/sign-in-methods')).toMatchObject({ twoFactor: null })

    const secret = new URL(String(started.body.totpURI)).searchParams.get('secret') ?? ''
    expect((await sendCode(member, '000000')).body).toMatchObject({ code: 'invalid_code' })
    const proven = await sendCode(member, totp(secret))
    const client = createClient(platform.url, { cookie: cookiesOf(proven) })
    expect(await client.send('GET', '/api/v1/me/sign-in-methods')).toMatchObject({
      password: true,
      twoFactor: { recoveryCodesLeft: 10 },
    })
    expect((await byPassword(member)).answer.body).toMatchObject({ twoFactorRedirect: true })
  })

  it('lets nobody in by the password alone', async () => {
    const member = await protectedMember()
    const { answer, client } = await byPassword(member)
    expect(answer.status).toBe(200)
    expect(answer.body).not.toHaveProperty('token')
    expect(answer.headers.getSetCookie().join()).not.toMatch(/known_browser/)
    expect((await me(client)).status).toBe(401)
    const bearer = answer.headers.get('set-auth-token')
    if (bearer !== null)
      expect((await me(anonymous(), { authorization: `Bearer ${bearer}` })).status).toBe(401)
    for (const [path, body] of [
      ['/api/auth/change-password', { currentPassword: member.password, newPassword: 'tangerine kettle 7' }],
      ['/api/auth/two-factor/disable', { password: member.password }],
      ['/api/auth/two-factor/enable', { password: member.password }],
      ['/api/auth/two-factor/generate-backup-codes', { password: member.password }],
      ['/api/v1/mqtt/tokens', {}],
    ] as const)
      expect((await ask(client, 'POST', path, body)).status, path).toBe(401)
    const { rowCount } = await platform.pool.query(
      `SELECT FROM sign_in_address WHERE user_id = $1 AND network LIKE '198.51.%'`,
      [member.id],
    )
    expect(rowCount).toBe(0)
  })

  it('lets nobody in by an invitation, or by a new password that a link sets', async () => {
    const member = await protectedMember()
    const token = await invite(administrator, { role: 'admin' })
    const account = { token, name: 'Mo', email: member.email, password: member.password }
    expect(await ask(anonymous(), 'POST', '/api/v1/invitations/accept', account)).toMatchObject({
      status: 409,
      body: { code: 'account_exists' },
    })
    const password = 'tangerine kettle 7'
    const reset = await resetByCommand([member.email], password)
    expect(reset.status).toBe(200)
    expect(reset.headers.getSetCookie().join()).not.toMatch(/session_token=[^;]/)
    const { answer, client } = await byPassword({ email: member.email, password })
    expect(answer.body).toMatchObject({ twoFactorRedirect: true })
    expect((await me(client)).status).toBe(401)
    expect((await sendCode(client, totp(member.secret))).status).toBe(200)
  })

  it('is turned off by whoever runs the platform, for who has lost phone and recovery codes', async () => {
    const member = await protectedMember()
    const password = 'tangerine kettle 7'
    expect((await resetByCommand([member.email, '--turn-off-two-factor'], password)).status).toBe(200)
    const { answer } = await byPassword({ email: member.email, password })
    expect(answer.body).toHaveProperty('token')
    const { rows } = await platform.pool.query(
      `SELECT actor FROM audit_row WHERE action = 'person.disableTwoFactor' AND target = $1`,
      [`member/${member.id}`],
    )
    expect(rows).toEqual([{ actor: 'platform' }])
  })

  it('lets in by password and code, with cookie and bearer, and takes each code once', async () => {
    const member = await protectedMember()
    const first = await byPassword(member)
    const second = await byPassword(member)
    const code = totp(member.secret)
    const [one, other] = await Promise.all([sendCode(first.client, code), sendCode(second.client, code)])
    expect([one.status, other.status].sort()).toEqual([200, 400])
    const [right, wrong] = one.status === 200 ? [one, other] : [other, one]
    expect(wrong.body).toMatchObject({ code: 'code_used' })
    expect((await me(createClient(platform.url, { cookie: cookiesOf(right) }))).body).toMatchObject({
      user: { email: member.email },
    })
    const authorization = `Bearer ${right.headers.get('set-auth-token')}`
    expect((await me(anonymous(), { authorization })).status).toBe(200)
    expect(right.headers.getSetCookie().join()).toMatch(/known_browser/)
  })

  it('does not take the code again that proved the app', async () => {
    const member = await protectedMember()
    const { client } = await byPassword(member)
    const answer = await sendCode(client, totp(member.secret, { stepsAhead: -1 }))
    expect(answer).toMatchObject({ status: 400, body: { code: 'code_used' } })
  })

  it('takes each recovery code once, in place of a code', async () => {
    const member = await protectedMember()
    const [code = ''] = member.recoveryCodes
    const first = await sendRecoveryCode((await byPassword(member)).client, ` ${code} `)
    expect(first.status).toBe(200)
    const client = createClient(platform.url, { cookie: cookiesOf(first) })
    expect(await client.send('GET', '/api/v1/me/sign-in-methods')).toMatchObject({
      twoFactor: { recoveryCodesLeft: 9 },
    })
    await platform.pool.query('DELETE FROM used_code')
    const again = await sendRecoveryCode((await byPassword(member)).client, code)
    expect(again).toMatchObject({ status: 401, body: { code: 'invalid_backup_code' } })

    const { password } = member
    const renewed = await ask(client, 'POST', '/api/auth/two-factor/generate-backup-codes', { password })
    const [fresh = ''] = renewed.body.backupCodes as string[]
    const [, old = ''] = member.recoveryCodes
    expect((await sendRecoveryCode((await byPassword(member)).client, old)).status).toBe(401)
    expect((await sendRecoveryCode((await byPassword(member)).client, fresh)).status).toBe(200)
  })

  it('forgets a sign-in that no code followed in time, and one that a code followed', async () => {
    const member = await protectedMember()
    const { answer, client } = await byPassword(member)
    const cookie = answer.headers.getSetCookie().find((line) => /two_factor=[^;]/.test(line)) ?? ''
    expect(cookie).toMatch(/; Max-Age=300;.*HttpOnly/)
    const { rows } = await platform.pool.query(
      `SELECT max(expires_at) - now() < interval '301 seconds' AS soon FROM verification WHERE identifier LIKE '2fa-%'`,
    )
    expect(rows).toEqual([{ soon: true }])
    await platform.pool.query(`UPDATE verification SET expires_at = now() WHERE identifier LIKE '2fa-%'`)
    expect(await sendCode(client, totp(member.secret))).toMatchObject({
      status: 401,
      body: { code: 'invalid_two_factor_cookie' },
    })
    const again = await byPassword(member)
    expect((await sendCode(again.client, totp(member.secret))).status).toBe(200)
    expect((await sendRecoveryCode(again.client, member.recoveryCodes[0] ?? '')).status).toBe(401)
  })

  it('is turned off by the password alone of who is signed in', async () => {
    const member = await protectedMember()
    const wrong = await ask(member, 'POST', '/api/auth/two-factor/disable', { password: 'a wrong one' })
    expect(wrong.status).toBe(400)
    const { password } = member
    expect((await ask(member, 'POST', '/api/auth/two-factor/disable', { password })).status).toBe(200)
    const { answer } = await byPassword(member)
    expect(answer.body).toHaveProperty('token')
    const { rows } = await platform.pool.query(
      `SELECT action FROM audit_row WHERE actor = $1 AND target = $2 AND action LIKE '%TwoFactor' ORDER BY id`,
      [`person:${member.id}`, `member/${member.id}`],
    )
    expect(rows).toEqual([{ action: 'person.enableTwoFactor' }, { action: 'person.disableTwoFactor' }])
    expect(
      (await platform.pool.query('SELECT FROM two_factor WHERE user_id = $1', [member.id])).rowCount,
    ).toBe(0)
  })

  it('ends no other session of the person by the password alone', async () => {
    const member = await protectedMember()
    await platform.pool.query(
      `INSERT INTO session (id, token, expires_at, updated_at, created_at, user_id)
       SELECT $1 || '-' || n, $1 || '-' || n, now() + interval '1 day', now(), now() - interval '1 day', $1
       FROM generate_series(1, 60) AS n`,
      [member.id],
    )
    const count = async () =>
      (await platform.pool.query('SELECT FROM session WHERE user_id = $1', [member.id])).rowCount
    const before = await count()
    const { client } = await byPassword(member)
    expect(await count()).toBe(before)
    expect((await sendCode(client, totp(member.secret))).status).toBe(200)
    expect(await count()).toBe(50)
  })
})

describe('codes', () => {
  it('are limited for each account, and others who try them do not hold up a browser or an address that is known', async () => {
    const member = await protectedMember()
    const home = someAddress()
    const atHome = createClient(platform.url).with(home)
    const signedIn = await sendCode((await byPassword(member, atHome)).client, totp(member.secret))
    const browser = signedIn.headers.getSetCookie().find((line) => /known_browser/.test(line)) ?? ''
    expect(browser).toMatch(/; Path=\/api\/auth;/)

    const statuses: number[] = []
    for (let address = 0; address < 3; address += 1) {
      const attacker = anonymous()
      for (let attempt = 0; attempt < 6; attempt += 1) {
        // A new second step each time, so that only the limits of the account and of the address are left.
        const { client } = await byPassword(member, attacker)
        statuses.push((await sendCode(client, String(attempt).padStart(6, '9'))).status)
      }
    }
    expect(statuses.filter((status) => status === 401)).toHaveLength(10)
    expect(statuses.filter((status) => status === 429)).toHaveLength(8)
    const stranger = await byPassword(member)
    expect(await sendRecoveryCode(stranger.client, member.recoveryCodes[0] ?? '')).toMatchObject({
      status: 429,
      body: { detail: expect.stringMatching(/wrong codes.*many addresses.*signed in before/) },
    })

    const next = totp(member.secret, { stepsAhead: 1 })
    expect((await sendCode((await byPassword(member, atHome)).client, next)).status).toBe(200)
    const known = await byPassword(member)
    const cookie = `${cookiesOf(known.answer)}; ${browser.split(';', 1)[0]}`
    const inKnownBrowser = anonymous().with({ cookie })
    expect((await sendRecoveryCode(inKnownBrowser, member.recoveryCodes[0] ?? '')).status).toBe(200)
  })

  it('are six digits, and not more than five are tried in one second step', async () => {
    const member = await protectedMember()
    const { client } = await byPassword(member)
    for (const code of ['12345', '1234567', 'abcdef', ''])
      expect((await sendCode(client, code)).body).toMatchObject({ status: 400, code: 'invalid' })
    for (let attempt = 0; attempt < 5; attempt += 1) {
      const from = client.with(someAddress())
      expect((await sendCode(from, `00000${attempt}`)).body).toMatchObject({ code: 'invalid_code' })
    }
    const after = await sendCode(client.with(someAddress()), totp(member.secret))
    expect(after.status).toBe(400)
    expect((await me(client.with({ cookie: cookiesOf(after) }))).status).toBe(401)
  })
})

describe('the secrets of two-factor', () => {
  it('are encrypted, and outlive an AUTH_SECRET and its forgetting', async () => {
    const outer = { platform, administrator }
    platform = await platforms.own({ env: { TRUSTED_PROXIES: '127.0.0.1' } })
    administrator = await createAdministrator(platform)
    try {
      const member = await protectedMember()
      const stored = async () =>
        (await platform.pool.query('SELECT secret, backup_codes FROM two_factor')).rows[0]
      const before = await stored()
      expect(before.secret).toMatch(/^\$ba\$\d+\$[0-9a-f]+$/)
      expect(before.backup_codes).toMatch(/^\$ba\$\d+\$[0-9a-f]+$/)
      for (const args of [[], ['--forget-earlier']]) {
        await platform.kill('SIGTERM')
        rotateSecret(args, { dataDir: platform.dataDir, authSecret: undefined })
        await platform.restart()
      }
      const after = await stored()
      expect(after.secret.split('$')[2]).not.toBe(before.secret.split('$')[2])
      expect((await sendCode((await byPassword(member)).client, totp(member.secret))).status).toBe(200)
      const { client } = await byPassword(member)
      expect((await sendRecoveryCode(client, member.recoveryCodes[3] ?? '')).status).toBe(200)
      expect(platform.logs()).not.toContain(member.secret)
      expect(platform.logs()).not.toContain(member.recoveryCodes[3])
    } finally {
      platform = outer.platform
      administrator = outer.administrator
    }
    // The platform starts four times.
  }, 180_000)
})
