import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import {
  type Administrator,
  createAdministrator,
  createMember,
  invite,
  signIn,
} from '../../support/accounts.js'
import { createClient } from '../../support/http-client.js'
import { type MailServer, startMailServer } from '../../support/mail-server.js'
import { type Platform, startPlatform } from '../../support/platform.js'
import { ask } from './callers.js'

const path = '/api/v1/invitations'
const password = 'tangerine kettle 7'
let mailServer: MailServer
let platform: Platform
let owner: Administrator

beforeAll(async () => {
  mailServer = await startMailServer()
  platform = await startPlatform({
    smtpUrl: mailServer.url,
    env: { LIMITS: 'invitations.mailedPerDay=3, invitations.open=1000' },
  })
  owner = await createAdministrator(platform)
})
afterAll(async () => {
  await platform?.stop()
  await mailServer?.close()
})
beforeEach(async () => {
  mailServer.mails.length = 0
  await platform.pool.query(`UPDATE invitation SET created_at = created_at - interval '2 days'`)
})

const anybody = () => createClient(platform.url)
const tokenOf = (link: string) => new URL(link).hash.slice(1)
const accept = (token: string, email: string, name = 'Nia New') =>
  ask(anybody(), 'POST', `${path}/accept`, { token, name, email, password })
const confirm = (token: string) => ask(anybody(), 'POST', `${path}/confirm`, { token })

describe('an invitation with an address', () => {
  it('is mailed to it, and lets a new account join at once by the link in the mail', async () => {
    const { body } = await ask(owner, 'POST', path, { role: 'operator', email: 'Nia@example.com' })
    expect(body).toMatchObject({ mailed: true, email: 'nia@example.com' })
    const mail = await mailServer.next('nia@example.com')
    expect(mail.subject).toBe(`Invitation to ${owner.organization} on Heliograph`)
    expect(mail.text).toContain('Ada Admin invites you')
    expect(mail.link).not.toBe(body.url)
    const read = await ask(anybody(), 'POST', `${path}/read`, { token: tokenOf(mail.link) })
    expect(read).toMatchObject({ status: 200, body: { role: 'operator', email: 'nia@example.com' } })
    expect(await accept(tokenOf(mail.link), 'nia@example.com')).toMatchObject({
      status: 200,
      body: { slug: owner.organization, role: 'operator', mailedTo: null },
    })
    await signIn(platform, 'nia@example.com', password)
  })

  it('says to nobody but the reader of its mail that there is an account', async () => {
    const { body } = await ask(owner, 'POST', path, { role: 'viewer', email: 'zoe@example.com' })
    const { link } = await mailServer.next('zoe@example.com')
    await platform.pool.query(
      `INSERT INTO "user" (id, name, email, updated_at) VALUES ('zoe', 'Zoe', 'zoe@example.com', now())`,
    )
    const forged = `${tokenOf(String(body.url))}.${'A'.repeat(43)}`
    for (const token of [tokenOf(String(body.url)), forged])
      expect(await accept(token, 'zoe@example.com')).toMatchObject({
        status: 200,
        body: { mailedTo: 'zoe@example.com' },
      })
    expect(await accept(tokenOf(link), 'zoe@example.com')).toMatchObject({
      status: 409,
      body: { code: 'account_exists' },
    })
  })

  it('is mailed up to a bound a day; past it there is the link to copy', async () => {
    const mailed = []
    for (let number = 0; number < 5; number += 1) {
      const input = { role: 'viewer', email: `many-${number}@example.com` }
      mailed.push((await ask(owner, 'POST', path, input)).body.mailed)
    }
    expect(mailed).toEqual([true, true, true, false, false])
  })
})

describe('a new account', () => {
  it('is made once the mail to its address is opened', async () => {
    const token = await invite(owner, { role: 'viewer' })
    const answer = await accept(token, 'Kim@example.com')
    expect(answer).toMatchObject({ status: 200, body: { mailedTo: 'kim@example.com', role: 'viewer' } })
    await expect(signIn(platform, 'kim@example.com', password)).rejects.toThrow('401')
    const { link } = await mailServer.next('kim@example.com')
    expect(link).toContain(`${platform.url}/join/confirm#hg_lnk_`)
    expect(await confirm(tokenOf(link))).toMatchObject({
      status: 200,
      body: { slug: owner.organization, role: 'viewer' },
    })
    expect(await confirm(tokenOf(link))).toMatchObject({ status: 404, body: { code: 'link_not_found' } })
    const kim = await signIn(platform, 'kim@example.com', password)
    expect((await ask(kim, 'GET', '/api/v1/me')).body).toMatchObject({
      organizations: [{ slug: owner.organization, role: 'viewer' }],
    })
    const { rows: audit } = await platform.pool.query(
      `SELECT actor_name, after FROM audit_row WHERE action = 'member.join' ORDER BY id DESC LIMIT 1`,
    )
    expect(audit).toEqual([{ actor_name: 'Nia New', after: { role: 'viewer', tags: null } }])
    const stored = await platform.pool.query('SELECT new_account::text AS text FROM new_account')
    expect(JSON.stringify(stored.rows)).not.toContain(tokenOf(link))
  })

  it('is answered alike whether there is one with its address or not, without a look at the accounts', async () => {
    const member = await createMember(platform, owner, 'viewer', 'Mo Member', { mailServer })
    const token = await invite(owner, { role: 'viewer' })
    const locked = await platform.pool.connect()
    try {
      await locked.query('BEGIN')
      await locked.query('LOCK TABLE account IN ACCESS EXCLUSIVE MODE')
      const [known, unknown] = [await accept(token, member.email), await accept(token, 'new@example.com')]
      expect(known).toMatchObject({ status: 200, body: { mailedTo: member.email } })
      expect(unknown).toMatchObject({ status: 200, body: { ...known.body, mailedTo: 'new@example.com' } })
    } finally {
      await locked.query('ROLLBACK')
      locked.release()
    }
    const { link } = await mailServer.next(member.email)
    expect(await confirm(tokenOf(link))).toMatchObject({ status: 409, body: { code: 'account_exists' } })
  })

  it('is mailed for up to a bound for each invitation', async () => {
    const token = await invite(owner, { role: 'viewer' })
    const statuses = []
    for (let number = 0; number < 7; number += 1)
      statuses.push((await accept(token, `stranger-${number}@example.com`)).status)
    expect(statuses).toEqual([200, 200, 200, 200, 200, 429, 429])
  })

  it('is not made by an invitation that was revoked meanwhile', async () => {
    const { body } = await ask(owner, 'POST', path, { role: 'viewer' })
    await accept(tokenOf(String(body.url)), 'late@example.com')
    const { link } = await mailServer.next('late@example.com')
    expect((await ask(owner, 'DELETE', `${path}/${body.id}`)).status).toBe(204)
    expect(await confirm(tokenOf(link))).toMatchObject({ status: 409, body: { code: 'invitation_revoked' } })
    await expect(signIn(platform, 'late@example.com', password)).rejects.toThrow('401')
  })
})
