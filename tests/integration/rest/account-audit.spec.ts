import type { AuditEntry, AuditPage } from '@heliograph/protocol'
import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import {
  type Administrator,
  createAdministrator,
  createMember,
  createOrganization,
  invite,
  type MemberAccount,
  signIn,
} from '../../support/accounts.js'
import { createClient, type HttpClient } from '../../support/http-client.js'
import type { Platform } from '../../support/platform.js'
import { totp } from '../../support/totp.js'
import { usePlatforms } from '../../support/use-platform.js'
import { eventually } from '../mqtt/support.js'
import { type Answer, ask, cookiesOf } from './callers.js'

const platforms = usePlatforms()
let platform: Platform
let administrator: Administrator

beforeAll(async () => {
  platform = await platforms.shared({ env: { TRUSTED_PROXIES: '127.0.0.1' } })
  administrator = await createAdministrator(platform)
  await platform.pool.query(`
    CREATE FUNCTION refuse_row() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'no audit for you'; END $$`)
})
beforeEach(() => platform.pool.query('DROP TRIGGER IF EXISTS refuse_rows ON audit_row'))

/** From now on no row of this action can be written, as with a disk that is full. */
const refuseRowsOf = (action: string) =>
  platform.pool.query(`
    CREATE TRIGGER refuse_rows BEFORE INSERT ON audit_row FOR EACH ROW WHEN (NEW.action = '${action}')
    EXECUTE FUNCTION refuse_row()`)
const allowRows = () => platform.pool.query('DROP TRIGGER refuse_rows ON audit_row')

let hosts = 0
/** A network of its own, so that limits of addresses are those of one test. */
const someAddress = () => {
  hosts += 1
  return `203.0.113.${hosts}`
}
const from = (address: string) => createClient(platform.url).with({ 'x-forwarded-for': address })

const withCookiesOf = (answer: Answer) =>
  createClient(platform.url, { origin: platform.url, cookie: cookiesOf(answer) })

const auth = (client: HttpClient, call: string, body: object = {}) =>
  ask(client, 'POST', `/api/auth/${call}`, body)

const byPassword = (client: HttpClient, { email, password }: { email: string; password: string }) =>
  auth(client, 'sign-in/email', { email, password })

/** What the person reads of their account, the newest first. */
async function activityOf(client: HttpClient): Promise<AuditEntry[]> {
  return (await client.send<AuditPage>('GET', '/api/v1/me/activity?limit=200')).items
}
const actionsOf = async (client: HttpClient) => (await activityOf(client)).map(({ action }) => action)

const secretOf = (started: Answer) => new URL(String(started.body.totpURI)).searchParams.get('secret') ?? ''

async function withTwoFactor(member: MemberAccount) {
  const started = await auth(member, 'two-factor/enable', { password: member.password })
  const secret = secretOf(started)
  const proven = await auth(member, 'two-factor/verify-totp', { code: totp(secret, { stepsAhead: -1 }) })
  expect(proven.status).toBe(200)
  return { client: withCookiesOf(proven), secret, codes: started.body.backupCodes as string[] }
}

const rowOf = async (sql: string, ...values: unknown[]) => (await platform.pool.query(sql, values)).rows[0]
const userOf = ({ id }: MemberAccount) =>
  rowOf('SELECT name, two_factor_enabled AS "twoFactor" FROM "user" WHERE id = $1', id)
const sessionsOf = async ({ id }: MemberAccount) =>
  (await platform.pool.query('SELECT FROM session WHERE user_id = $1', [id])).rowCount

describe('what cannot be recorded is not done', () => {
  it('two-factor on, new recovery codes, and off', async () => {
    const member = await createMember(platform, administrator, 'viewer')
    const started = await auth(member, 'two-factor/enable', { password: member.password })
    const secret = secretOf(started)
    await refuseRowsOf('person.enableTwoFactor')
    expect((await auth(member, 'two-factor/verify-totp', { code: totp(secret) })).status).toBe(500)
    expect(await userOf(member)).toMatchObject({ twoFactor: false })
    await allowRows()
    const code = totp(secret, { stepsAhead: -1 })
    const client = withCookiesOf(await auth(member, 'two-factor/verify-totp', { code }))
    expect(await userOf(member)).toMatchObject({ twoFactor: true })

    const codes = () => rowOf('SELECT backup_codes FROM two_factor WHERE user_id = $1', member.id)
    const before = await codes()
    const { password } = member
    await refuseRowsOf('person.renewRecoveryCodes')
    expect((await auth(client, 'two-factor/generate-backup-codes', { password })).status).toBe(500)
    expect(await codes()).toEqual(before)
    await allowRows()

    await refuseRowsOf('person.disableTwoFactor')
    expect((await auth(client, 'two-factor/disable', { password })).status).toBe(500)
    expect(await userOf(member)).toMatchObject({ twoFactor: true })
    expect(await codes()).toEqual(before)
    await allowRows()
    const off = await auth(client, 'two-factor/disable', { password })
    expect(off.status).toBe(200)
    expect(await actionsOf(withCookiesOf(off))).toEqual([
      'person.disableTwoFactor',
      'person.enableTwoFactor',
      'person.signIn',
    ])
  })

  it('another password or name, and the end of sessions', async () => {
    const member = await createMember(platform, administrator, 'viewer')
    await signIn(platform, member.email, member.password)
    const passwords = { currentPassword: member.password, newPassword: 'tangerine kettle 7' }
    await refuseRowsOf('person.changePassword')
    expect((await auth(member, 'change-password', passwords)).status).toBe(500)
    expect(await sessionsOf(member)).toBe(2)
    await allowRows()
    await signIn(platform, member.email, member.password)

    await refuseRowsOf('person.update')
    expect((await auth(member, 'update-user', { name: 'Mo the Second' })).status).toBe(500)
    expect(await userOf(member)).toMatchObject({ name: 'Mo Member' })
    await allowRows()

    await refuseRowsOf('person.endSessions')
    expect((await ask(member, 'DELETE', '/api/v1/me/sessions')).status).toBe(500)
    expect(await sessionsOf(member)).toBe(3)
    await allowRows()

    expect((await auth(member, 'update-user', { name: 'Mo the Second' })).status).toBe(200)
    const changed = await auth(member, 'change-password', passwords)
    expect(changed.status).toBe(200)
    const [password, name] = await activityOf(withCookiesOf(changed))
    expect(password).toMatchObject({ action: 'person.changePassword', detail: { endedSessions: 2 } })
    expect(name).toMatchObject({
      action: 'person.update',
      before: { name: 'Mo Member' },
      after: { name: 'Mo the Second' },
    })
  })

  it('a sign-in, and a sign-out', async () => {
    const member = await createMember(platform, administrator, 'viewer')
    await refuseRowsOf('person.signIn')
    const refused = await byPassword(from(someAddress()), member)
    expect(refused.status).toBe(500)
    expect(cookiesOf(refused)).toBe('')
    expect(await sessionsOf(member)).toBe(1)
    await allowRows()
    await refuseRowsOf('person.signOut')
    expect((await auth(member, 'sign-out')).status).toBe(500)
    expect((await ask(member, 'GET', '/api/v1/me')).status).toBe(200)
    await allowRows()
    expect((await auth(member, 'sign-out')).status).toBe(200)
    expect((await ask(member, 'GET', '/api/v1/me')).status).toBe(401)
  })
})

describe('a sign-in', () => {
  it('is recorded for the person, each of their organizations and the platform, with how and from where', async () => {
    const member = await createMember(platform, administrator, 'operator')
    const other = await createOrganization(administrator)
    const token = await invite(other, { role: 'viewer' })
    await member.send('POST', '/api/v1/invitations/accept', { token })
    const address = someAddress()
    const client = withCookiesOf(await byPassword(from(address), member))
    const { rows } = await platform.pool.query(
      'SELECT id, method FROM session WHERE user_id = $1 ORDER BY created_at DESC LIMIT 1',
      [member.id],
    )
    expect(rows[0].method).toBe('password')
    const expected = {
      action: 'person.signIn',
      detail: { method: 'password' },
      address,
      sessionId: rows[0].id,
      actor: { kind: 'person', id: member.id, name: 'Mo Member' },
    }
    expect((await activityOf(client))[0]).toMatchObject({ ...expected, target: `person/${member.id}` })
    const query = `action=person.signIn&actor=person:${member.id}`
    for (const [reader, path, role] of [
      [administrator, '/api/v1/audit', 'operator'],
      [other, '/api/v1/audit', 'viewer'],
      [administrator, '/api/v1/platform/audit', null],
    ] as const) {
      const { items } = await reader.send<AuditPage>('GET', `${path}?${query}`)
      expect(items[0], path).toMatchObject({ ...expected, actor: { ...expected.actor, role } })
    }
    await auth(client, 'sign-out')
    expect(await activityOf(member)).toMatchObject([
      { action: 'person.signOut', sessionId: rows[0].id },
      { action: 'person.signIn' },
      { action: 'person.signIn' },
    ])
  })

  it('of two steps is recorded once, with the second one', async () => {
    const member = await createMember(platform, administrator, 'viewer')
    const { secret, codes } = await withTwoFactor(member)
    const first = withCookiesOf(await byPassword(from(someAddress()), member))
    const client = withCookiesOf(await auth(first, 'two-factor/verify-totp', { code: totp(secret) }))
    const second = withCookiesOf(await byPassword(from(someAddress()), member))
    await auth(second, 'two-factor/verify-backup-code', { code: codes[0] })
    const signIns = (await activityOf(client)).filter(({ action }) => action === 'person.signIn')
    expect(signIns.map(({ detail }) => detail?.method)).toEqual([
      'recoveryCode',
      'authenticatorApp',
      'password',
    ])
  })
})

describe('refused sign-ins', () => {
  const refusedOf = async (client: HttpClient) =>
    (await activityOf(client)).filter(({ action }) => action === 'person.signInRefused')

  it('are one row, however many they are, for the person and the platform alone', async () => {
    const member = await createMember(platform, administrator, 'viewer')
    const attacker = from(someAddress()).with({ 'user-agent': 'guess/1.0' })
    const wrong = { email: member.email.toUpperCase(), password: 'a wrong one' }
    const attempts = 40
    // The first is told at once, and all others within the next minute are gathered.
    await byPassword(attacker, wrong)
    await eventually(async () => expect(await refusedOf(member)).toHaveLength(1))
    await Promise.all(Array.from({ length: attempts }, () => byPassword(attacker, wrong)))
    expect(await refusedOf(member)).toMatchObject([
      {
        actor: { kind: 'unknown', id: null, name: null },
        detail: {
          email: member.email,
          method: 'password',
          attempts: 1,
          addresses: [expect.stringMatching(/^203\.0\.113\./)],
        },
        userAgent: 'guess/1.0',
        sessionId: null,
      },
    ])
    const { items } = await administrator.send<AuditPage>('GET', `/api/v1/audit?search=signInRefused`)
    expect(items).toEqual([])
    const ofPlatform = await administrator.send<AuditPage>(
      'GET',
      `/api/v1/platform/audit?actor=unknown&target=person/${member.id}`,
    )
    expect(ofPlatform.items).toHaveLength(1)
  })

  it('of an account that does not exist leave no row', async () => {
    const member = await createMember(platform, administrator, 'viewer')
    const count = async () =>
      (await platform.pool.query(`SELECT FROM audit_row WHERE action = 'person.signInRefused'`)).rowCount
    const before = (await count()) ?? 0
    await byPassword(from(someAddress()), { email: 'nobody@example.com', password: 'a wrong one' })
    await byPassword(from(someAddress()), { email: member.email, password: 'a wrong one' })
    await eventually(async () => expect(await refusedOf(member)).toHaveLength(1))
    expect(await count()).toBe(before + 1)
  })

  it('with the right password and a wrong code are told apart', async () => {
    const member = await createMember(platform, administrator, 'viewer')
    const { client } = await withTwoFactor(member)
    const first = withCookiesOf(await byPassword(from(someAddress()), member))
    await auth(first, 'two-factor/verify-totp', { code: '000000' })
    await auth(first, 'two-factor/verify-backup-code', { code: 'wrong' })
    await eventually(async () =>
      expect((await refusedOf(client)).map(({ detail }) => detail?.method).sort()).toEqual([
        'authenticatorApp',
        'recoveryCode',
      ]),
    )
  })
})
