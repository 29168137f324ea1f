import { afterEach, beforeEach, expect, it } from 'vitest'
import { SmtpClient } from '../../../apps/api/src/foundation/mail/smtp-client.js'
import { type Administrator, createAdministrator, createOrganization } from '../../support/accounts.js'
import { type MailServer, startMailServer } from '../../support/mail-server.js'
import type { Platform } from '../../support/platform.js'
import { usePlatforms } from '../../support/use-platform.js'
import { eventually } from '../mqtt/support.js'
import { ask } from '../rest/callers.js'

const platforms = usePlatforms()
const credentials = { user: 'ada', password: 'p@ss for mail' }
let mailServer: MailServer
let platform: Platform
let administrator: Administrator

beforeEach(async () => {
  mailServer = await startMailServer(credentials)
})
afterEach(() => mailServer?.close())

async function start(env: NodeJS.ProcessEnv = {}): Promise<void> {
  platform = await platforms.own({ smtpUrl: mailServer.url, env: { LOG_LEVEL: 'debug', ...env } })
  administrator = await createAdministrator(platform)
}

const askForLink = (email = administrator.email) =>
  ask(administrator, 'POST', '/api/v1/password-reset', { email })

interface Waiting {
  attempts: number
  sealed: string
  waits: boolean
}

async function waiting(): Promise<Waiting[]> {
  const { rows } = await platform.pool.query<Waiting>(
    `SELECT attempts, encode(sealed, 'escape') AS sealed, next_attempt_at > now() AS waits FROM outgoing_mail`,
  )
  return rows
}

it('is tried again while the mail server does not take it, also after a restart, and kept encrypted', async () => {
  mailServer.refusal = { code: 451, text: 'try later' }
  await start()
  await askForLink()
  await eventually(() => expect(platform.logs()).toMatch(/was not sent and is tried again in 30 s/))
  const [row, ...more] = await waiting()
  expect(more).toEqual([])
  expect(row).toMatchObject({ attempts: 1, waits: true })
  expect(row?.sealed).not.toContain('hg_lnk_')
  expect(row?.sealed).not.toContain(administrator.email)

  mailServer.refusal = null
  await platform.restart()
  await platform.pool.query('UPDATE outgoing_mail SET next_attempt_at = now()')
  expect((await mailServer.next(administrator.email)).link).toContain('#hg_lnk_')
  await eventually(async () => expect(await waiting()).toEqual([]))
  const { body } = await ask(administrator, 'GET', '/metrics')
  expect(body.text).toContain('heliograph_mails_total{result="sent"} 1')
})

it('is dropped when the mail server refuses it for good, or its link has expired', async () => {
  mailServer.refusal = { code: 550, text: `no such user ${'x'.repeat(20)}` }
  await start()
  await askForLink()
  await eventually(() =>
    expect(platform.logs()).toMatch(/is dropped, as the mail server refuses it for good/),
  )
  await eventually(async () => expect(await waiting()).toEqual([]))

  mailServer.refusal = { code: 451, text: 'try later' }
  await askForLink()
  await eventually(() => expect(platform.logs()).toMatch(/tried again/))
  await platform.pool.query('UPDATE outgoing_mail SET expires_at = now()')
  await platform.restart()
  await eventually(async () => expect(await waiting()).toEqual([]))
  expect(mailServer.mails).toEqual([])
})

it('is queued up to a bound', async () => {
  mailServer.refusal = { code: 451, text: 'try later' }
  await start({ LIMITS: 'mail.waiting=1' })
  await askForLink()
  await eventually(() => expect(platform.logs()).toMatch(/tried again/))
  await askForLink()
  const links = async () => (await platform.pool.query('SELECT FROM account_link')).rowCount
  await eventually(async () => expect(await links()).toBe(2))
  expect(await waiting()).toHaveLength(1)
})

it('leaves no recipient, link or password in the log, whatever the mail server answers', async () => {
  await start({ LOG_LEVEL: 'trace' })
  mailServer.refusal = { code: 550, text: `${administrator.email} is unknown` }
  await askForLink()
  await eventually(() => expect(platform.logs()).toMatch(/refuses it for good: EENVELOPE, reply 550/))
  await platform.restart({ SMTP_URL: mailServer.url.replace('ada:', 'eve:') })
  await askForLink()
  await eventually(() => expect(platform.logs()).toMatch(/tried again in 30 s: EAUTH/))
  for (const secret of [administrator.email, 'p@ss', encodeURIComponent(credentials.password), 'hg_lnk_'])
    expect(platform.logs()).not.toContain(secret)
})

it('takes no password to a mail server without TLS, unless it is on this machine', async () => {
  const { hostname: host, port } = new URL(mailServer.url)
  const mail = { to: 'ada@example.com', subject: 'Hello', text: 'Hello.' }
  const send = async (tls: 'required' | 'when-offered') => {
    const server = { host, port: Number(port), tls, credentials }
    const client = new SmtpClient({ server, from: 'iot@example.com' }, { connections: 1, silenceMs: 10_000 })
    try {
      await client.send(mail)
    } finally {
      client.close()
    }
  }
  await expect(send('required')).rejects.toThrow('ETLS')
  expect(mailServer.signIns).toBe(0)
  await send('when-offered')
  expect(mailServer.mails).toMatchObject([{ to: ['ada@example.com'] }])
})

it('is dropped with the organization that it invites to, and no other one is', async () => {
  mailServer.refusal = { code: 451, text: 'try later' }
  await start()
  const ended = await createOrganization(administrator, 'ended')
  for (const [client, email] of [
    [administrator, 'stays@example.com'],
    [ended, 'goes@example.com'],
  ] as const)
    await client.send('POST', '/api/v1/invitations', { role: 'viewer', email })
  await askForLink()
  await eventually(async () => expect(await waiting()).toMatchObject(Array(3).fill({ waits: true })))
  await ended.send('DELETE', '/api/v1/organization?confirm=ended')
  expect(await waiting()).toHaveLength(2)
  mailServer.refusal = null
  await platform.restart()
  await platform.pool.query('UPDATE outgoing_mail SET next_attempt_at = now()')
  await mailServer.next('stays@example.com')
  await mailServer.next(administrator.email)
  await eventually(async () => expect(await waiting()).toEqual([]))
  expect(mailServer.mails.filter(({ to }) => to.includes('goes@example.com'))).toEqual([])
})
