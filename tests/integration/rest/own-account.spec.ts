import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import {
  type Administrator,
  createAdministrator,
  createMember,
  createOrganization,
  type MemberAccount,
  signIn,
} from '../../support/accounts.js'
import { createClient, type HttpClient } from '../../support/http-client.js'
import { type MailServer, startMailServer } from '../../support/mail-server.js'
import { type Platform, startPlatform } from '../../support/platform.js'
import { closed, connectToken, eventually, refusalCode, requestToken } from '../mqtt/support.js'
import { ask } from './callers.js'

let mailServer: MailServer
let platform: Platform
let owner: Administrator
let member: MemberAccount

beforeAll(async () => {
  mailServer = await startMailServer()
  platform = await startPlatform({ smtpUrl: mailServer.url })
  owner = await createAdministrator(platform)
})
afterAll(async () => {
  await platform?.stop()
  await mailServer?.close()
})
beforeEach(async () => {
  member = await createMember(platform, owner, 'operator', 'Mo Member', { mailServer })
})

const again = () => signIn(platform, member.email, member.password, member.organization)

interface Session {
  id: string
  userAgent: string | null
  address: string
  createdAt: string
  lastSeenAt: string
  current: boolean
}

const sessionsOf = async (client: HttpClient) =>
  (await client.send<{ items: Session[] }>('GET', '/api/v1/me/sessions')).items

describe('where a person is signed in', () => {
  it('is listed, with browser, address and times, and without the tokens', async () => {
    const headers = { 'user-agent': 'Mozilla/5.0 (X11; Linux) Firefox/145.0' }
    const { email, password } = member
    const signedIn = await ask(
      createClient(platform.url),
      'POST',
      '/api/auth/sign-in/email',
      { email, password },
      headers,
    )
    const answer = await ask(member, 'GET', '/api/v1/me/sessions')
    const items = answer.body.items as Session[]
    expect(items.map(({ current }) => current)).toEqual([true, false])
    expect(items[1]).toMatchObject({ userAgent: headers['user-agent'], address: '127.0.0.1' })
    expect(JSON.stringify(answer.body)).not.toContain(signedIn.body.token)
    expect(await sessionsOf(owner)).toHaveLength(1)
  })

  it('says when each was last seen', async () => {
    const [before] = await sessionsOf(member)
    await platform.pool.query(
      `UPDATE session SET created_at = created_at - interval '1 hour' WHERE id = $1`,
      [before?.id],
    )
    await eventually(async () => {
      const [now] = await sessionsOf(member)
      expect(Date.parse(now?.lastSeenAt ?? '') - Date.parse(now?.createdAt ?? '')).toBeGreaterThan(3_000_000)
    })
  })

  it('ends one by one, with its MQTT tokens and connections', async () => {
    const other = await again()
    const token = await requestToken(other)
    const ended = closed(await connectToken(token))
    const session = (await sessionsOf(member)).find(({ current }) => !current)
    expect((await ask(member, 'DELETE', `/api/v1/me/sessions/${session?.id}`)).status).toBe(204)
    await ended
    expect(await refusalCode(connectToken(token))).toBe(4)
    expect((await ask(other, 'GET', '/api/v1/me')).status).toBe(401)
    expect((await ask(member, 'GET', '/api/v1/me')).status).toBe(200)
    expect((await ask(member, 'DELETE', `/api/v1/me/sessions/${session?.id}`)).status).toBe(404)
    const [ofOwner] = await sessionsOf(owner)
    expect((await ask(member, 'DELETE', `/api/v1/me/sessions/${ofOwner?.id}`)).status).toBe(404)
    expect((await ask(owner, 'GET', '/api/v1/me')).status).toBe(200)
  })

  it('ends everywhere else at once', async () => {
    const [one, two] = [await again(), await again()]
    const connections = [
      await connectToken(await requestToken(one)),
      await connectToken(await requestToken(two)),
    ]
    const ended = Promise.all(connections.map(closed))
    const kept = await connectToken(await requestToken(member))
    expect((await ask(member, 'DELETE', '/api/v1/me/sessions')).status).toBe(204)
    await ended
    for (const client of [one, two]) expect((await ask(client, 'GET', '/api/v1/me')).status).toBe(401)
    expect(await sessionsOf(member)).toHaveLength(1)
    expect(kept.connected).toBe(true)
    kept.end(true)
  })
})

describe('another e-mail address', () => {
  const change = (email: string, password = member.password) =>
    ask(member, 'POST', '/api/v1/me/email', { email, password })
  const confirm = (token: string) =>
    ask(createClient(platform.url), 'POST', '/api/v1/email-confirmation', { token })
  const tokenFor = async (to: string) => new URL((await mailServer.next(to)).link).hash.slice(1)

  it('is confirmed by a link in a mail to it, and told to the one before', async () => {
    const email = `new-${member.id}@example.com`.toLowerCase()
    expect(await change(email, 'not the password')).toMatchObject({
      status: 400,
      body: { code: 'invalid_password', errors: [{ path: 'password' }] },
    })
    expect((await change(email.toUpperCase())).status).toBe(204)
    const token = await tokenFor(email)
    expect((await ask(member, 'GET', '/api/v1/me')).body).toMatchObject({ user: { email: member.email } })
    expect(await confirm(token)).toMatchObject({ status: 200, body: { email } })
    expect((await confirm(token)).status).toBe(404)
    expect((await mailServer.next(member.email)).text).toContain(email)
    expect((await ask(member, 'GET', '/api/v1/me')).body).toMatchObject({ user: { email } })
    await signIn(platform, email, member.password)
    const { rows } = await platform.pool.query(
      `SELECT before, after FROM audit_row WHERE action = 'person.changeEmail' AND actor = $1 AND organization_id <> 0`,
      [`person:${member.id}`],
    )
    expect(rows).toEqual([{ before: { email: member.email }, after: { email } }])
  })

  it('is asked for alike whether another account has it or not', async () => {
    const taken = await change(owner.email)
    const free = await change(`free-${member.id}@example.com`)
    expect(taken.status).toBe(204)
    expect(free).toMatchObject({ status: taken.status, body: taken.body })
    expect(await confirm(await tokenFor(owner.email))).toMatchObject({
      status: 409,
      body: { code: 'email_taken' },
    })
    expect((await ask(member, 'GET', '/api/v1/me')).body).toMatchObject({ user: { email: member.email } })
  })

  it('does not come by a link from before a change of the password', async () => {
    const email = `late-${member.id}@example.com`.toLowerCase()
    await change(email)
    const token = await tokenFor(email)
    const passwords = { currentPassword: member.password, newPassword: 'copper lantern 31' }
    await ask(member, 'POST', '/api/auth/change-password', passwords)
    expect((await confirm(token)).status).toBe(404)
  })

  it('is mailed to no more than a few strangers', async () => {
    const statuses = []
    for (let number = 0; number < 5; number += 1)
      statuses.push((await change(`stranger-${number}@example.com`)).status)
    expect(statuses).toEqual([204, 204, 204, 429, 429])
  })
})

describe('deleting an account', () => {
  const remove = (client: HttpClient, password: string) =>
    ask(client, 'POST', '/api/v1/me/delete', { password })

  it('ends all that the person had, and is audited in their organizations', async () => {
    const admin = await createMember(platform, owner, 'admin', 'Gone Admin', { mailServer })
    const { key } = await admin.send<{ key: string }>('POST', '/api/v1/api-keys', { name: 'theirs' })
    const script = createClient(platform.url, { authorization: `Bearer ${key}` })
    const ended = closed(await connectToken(await requestToken(admin)))
    const endedScript = closed(await connectToken(await requestToken(script)))
    expect((await remove(admin, 'not the password')).status).toBe(400)
    expect((await remove(admin, admin.password)).status).toBe(204)
    await Promise.all([ended, endedScript])
    expect((await ask(admin, 'GET', '/api/v1/me')).status).toBe(401)
    expect((await ask(script, 'GET', '/api/v1/devices')).status).toBe(401)
    await expect(signIn(platform, admin.email, admin.password)).rejects.toThrow('401')
    const { rows } = await platform.pool.query(
      `SELECT action, detail->'accountDeleted' AS deleted FROM audit_row WHERE actor = $1 ORDER BY id DESC LIMIT 1`,
      [`person:${admin.id}`],
    )
    expect(rows).toEqual([{ action: 'member.leave', deleted: true }])
    for (const table of ['session', 'account', 'member', 'sign_in_address', 'account_link'])
      expect(
        (await platform.pool.query(`SELECT FROM ${table} WHERE user_id = $1`, [admin.id])).rowCount,
      ).toBe(0)
  })

  it('is refused to the last owner of an organization, and to the last administrator of the platform', async () => {
    expect(await remove(owner, owner.password)).toMatchObject({
      status: 409,
      body: { code: 'last_platform_administrator' },
    })
    await platform.pool.query('UPDATE "user" SET platform_administrator = true WHERE id = $1', [member.id])
    const other = await createOrganization({ ...owner, ...member })
    expect(await remove(member, member.password)).toMatchObject({
      status: 409,
      body: { code: 'last_owner', detail: expect.stringContaining(other.organization) },
    })
    await platform.pool.query(
      `INSERT INTO member (organization_id, user_id, role)
       SELECT o.id, u.id, 'owner' FROM organization o, "user" u WHERE o.slug = $1 AND u.email = $2`,
      [other.organization, owner.email],
    )
    expect((await remove(member, member.password)).status).toBe(204)
  })

  it('is not tried out by who finds an open browser', async () => {
    const statuses = []
    for (let attempt = 0; attempt < 12; attempt += 1)
      statuses.push((await remove(member, `guess number ${attempt}`)).status)
    expect(statuses).toEqual([...Array(10).fill(400), 429, 429])
  })
})
