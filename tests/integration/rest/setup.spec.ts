import { afterEach, describe, expect, it } from 'vitest'
import { createAdministrator, signIn } from '../../support/accounts.js'
import { createClient } from '../../support/http-client.js'
import { type Platform, type PlatformOptions, startPlatform } from '../../support/platform.js'
import { ask } from './callers.js'

let platform: Platform | undefined
afterEach(async () => {
  await platform?.stop()
  platform = undefined
})

async function start(options?: PlatformOptions): Promise<Platform> {
  platform = await startPlatform(options)
  return platform
}

const setup = (slug: string) => ({
  name: 'Ada',
  email: `${slug}@example.com`,
  password: 'correct horse battery staple',
  organization: { name: slug, slug },
})

describe('set-up', () => {
  it('creates the first person and organization, once', async () => {
    const { url, pool } = await start()
    const anonymous = createClient(url)
    expect((await ask(anonymous, 'GET', '/api/v1/setup')).body).toEqual({ needed: true, codeRequired: false })
    const answer = await ask(anonymous, 'POST', '/api/v1/setup', setup('acme'))
    expect(answer).toMatchObject({
      status: 201,
      body: { user: { email: 'acme@example.com' }, organizations: [{ slug: 'acme', role: 'owner' }] },
    })
    expect((await ask(anonymous, 'GET', '/api/v1/setup')).body).toEqual({
      needed: false,
      codeRequired: false,
    })
    const again = await ask(anonymous, 'POST', '/api/v1/setup', setup('other'))
    expect(again).toMatchObject({ status: 409, body: { code: 'setup_done' } })
    const { rows } = await pool.query('SELECT password FROM account')
    expect(rows).toEqual([{ password: expect.stringMatching(/^\$argon2id\$/) }])
    const audit = await pool.query('SELECT action, target FROM audit_row')
    expect(audit.rows).toEqual([{ action: 'organization.create', target: 'organization/acme' }])
  })

  it('succeeds for exactly one of many requests at the same time', async () => {
    const { url, pool } = await start()
    const answers = await Promise.all(
      Array.from({ length: 8 }, (_, index) =>
        ask(createClient(url), 'POST', '/api/v1/setup', setup(`org-${index}`)),
      ),
    )
    expect(answers.map(({ status }) => status).sort()).toEqual([201, ...Array(7).fill(409)])
    const { rows } = await pool.query(
      'SELECT (SELECT count(*)::int FROM "user") AS users, (SELECT count(*)::int FROM organization) AS organizations',
    )
    expect(rows).toEqual([{ users: 1, organizations: 1 }])
  })

  it('refuses incomplete input, and pages of another origin', async () => {
    const { url } = await start()
    const anonymous = createClient(url)
    const weak = await ask(anonymous, 'POST', '/api/v1/setup', { ...setup('acme'), password: 'short' })
    expect(weak).toMatchObject({ status: 400, body: { errors: [{ path: 'password' }] } })
    for (const password of ['qwertyuiop', 'P@ssw0rd2026!', 'acme-2026-acme', '1111111111', 'too short']) {
      const guessed = await ask(anonymous, 'POST', '/api/v1/setup', { ...setup('acme-2026-acme'), password })
      expect(guessed).toMatchObject({
        status: 400,
        body: { errors: [{ path: 'password' }] },
      })
    }
    const evil = await ask(anonymous, 'POST', '/api/v1/setup', setup('acme'), {
      origin: 'http://evil.example',
    })
    expect(evil).toMatchObject({ status: 403, body: { code: 'origin_refused' } })
    expect((await ask(anonymous, 'GET', '/api/v1/setup')).body.needed).toBe(true)
  })

  it('requires the code from the log when other machines can reach HOST', async () => {
    const { url, logs } = await start({ env: { HOST: '0.0.0.0' } })
    const anonymous = createClient(url)
    expect((await ask(anonymous, 'GET', '/api/v1/setup')).body).toEqual({ needed: true, codeRequired: true })
    for (const code of [undefined, '', 'WRONG']) {
      const answer = await ask(anonymous, 'POST', '/api/v1/setup', { ...setup('acme'), code })
      expect(answer).toMatchObject({ status: 403, body: { code: 'setup_code_required' } })
    }
    const code = /one-time code: ([A-Z0-9]+)/.exec(logs())?.[1]
    expect((await ask(anonymous, 'POST', '/api/v1/setup', { ...setup('acme'), code })).status).toBe(201)
  })

  it('limits attempts to guess the code', async () => {
    const { url } = await start({ env: { HOST: '0.0.0.0' } })
    const statuses = new Set<number>()
    for (let attempt = 0; attempt < 12; attempt += 1) {
      const guess = { ...setup('acme'), code: `GUESS${attempt}` }
      const headers = { 'x-forwarded-for': `203.0.113.${attempt}` }
      statuses.add((await ask(createClient(url), 'POST', '/api/v1/setup', guess, headers)).status)
    }
    expect([...statuses]).toEqual([403, 429])
  })

  it('is done from variables of the environment, once', async () => {
    const env = { ADMIN_EMAIL: 'Root@example.com', ADMIN_PASSWORD: 'from the environment', ORG: 'plant' }
    const running = await start({ env })
    expect((await ask(createClient(running.url), 'GET', '/api/v1/setup')).body.needed).toBe(false)
    const client = await signIn(running, 'root@example.com', env.ADMIN_PASSWORD)
    const me = await client.send('GET', '/api/v1/me')
    expect(me).toMatchObject({ organizations: [{ slug: 'plant', role: 'owner' }] })
    await running.restart({ ...env, ADMIN_EMAIL: 'second@example.com' })
    const { rows } = await running.pool.query('SELECT email FROM "user"')
    expect(rows).toEqual([{ email: 'root@example.com' }])
  })

  it('stays done after a restart, and sessions stay valid', async () => {
    const running = await start()
    const administrator = await createAdministrator(running)
    await running.restart()
    expect((await ask(administrator, 'GET', '/api/v1/me')).status).toBe(200)
    expect((await ask(createClient(running.url), 'POST', '/api/v1/setup', setup('late'))).status).toBe(409)
  })
})
