import type { Application, IssuedApplication } from '@heliograph/protocol'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Administrator, createAdministrator, createOrganization } from '../../support/accounts.js'
import { createClient } from '../../support/http-client.js'
import { type Platform, startPlatform } from '../../support/platform.js'
import { eventually } from '../mqtt/support.js'
import { apiKey, ask } from '../rest/callers.js'
import { connectApplication, createApplication } from './support.js'

const path = '/api/v1/applications'

let platform: Platform
let admin: Administrator
let org: string

beforeAll(async () => {
  platform = await startPlatform({ env: { LIMITS: 'applications.perOrganization=8' } })
  admin = await createAdministrator(platform)
  org = admin.organization
})
afterAll(() => platform?.stop())

describe('an application', () => {
  it('is shown its password once, and kept as a hash', async () => {
    const subscribe = [`${org}/devices/+/telemetry`, `${org}/devices/+/telemetry`]
    const issued = await createApplication(admin, { subscribe, publish: [`${org}/apps/flows/#`] })
    expect(issued).toMatchObject({
      name: 'Node-RED',
      username: issued.id,
      password: expect.stringMatching(/^hg_app_[A-Za-z0-9_-]{43}$/),
      hint: issued.password.slice(-4),
      subscribe: [`${org}/devices/+/telemetry`],
      publish: [`${org}/apps/flows/#`],
      origins: null,
      urls: { ws: platform.mqttWebSocketUrl, tcp: platform.mqttTcpUrl },
      createdBy: { kind: 'person', name: 'Ada Admin' },
      connections: 0,
      lastConnectedAt: null,
      lastAddress: null,
    })
    const { rows } = await platform.pool.query('SELECT * FROM application')
    for (const shown of [JSON.stringify(rows), JSON.stringify((await ask(admin, 'GET', path)).body)])
      expect(shown).not.toContain(issued.password.slice(7, 40))
    const { clientId, username, password, urls, ...kept } = issued
    expect((await ask(admin, 'GET', `${path}/${issued.id}`)).body).toEqual(kept)
  })

  it('tells whether it is connected, when it was last, and from where', async () => {
    const issued = await createApplication(admin, {})
    const client = await connectApplication(issued)
    const read = () => admin.send<Application>('GET', `${path}/${issued.id}`)
    expect(await read()).toMatchObject({ connections: 1 })
    await eventually(async () =>
      expect(await read()).toMatchObject({ lastConnectedAt: expect.any(String), lastAddress: '127.0.0.1' }),
    )
    await client.endAsync()
    await eventually(async () => expect(await read()).toMatchObject({ connections: 0 }))
  })

  it.each([
    [{ subscribe: ['elsewhere/#'] }, 'subscribe[0]', 'reaches beyond'],
    [{ subscribe: ['#'] }, 'subscribe[0]', 'reaches beyond'],
    [{ subscribe: ['$share/g/a'] }, 'subscribe[0]', 'must not begin with $'],
    [{ publish: ['ORG/devices/pump/telemetry'] }, 'publish[0]', 'reaches beyond'],
    [{ publish: ['ORG/apps/a#'] }, 'publish[0]', '# must be the whole last level'],
    [{ origins: ['https://example.com/'] }, 'origins.0', 'must be an origin'],
    [{ origins: ['*'] }, 'origins.0', 'must be an origin'],
  ])('is refused %j', async (rights, field, message) => {
    const body = JSON.parse(JSON.stringify({ name: 'x', ...rights }).replaceAll('ORG', org))
    const answer = await ask(admin, 'POST', path, body)
    expect(answer).toMatchObject({ status: 400 })
    expect(answer.body.errors).toContainEqual({ path: field, message: expect.stringContaining(message) })
    const other = await createApplication(admin, {})
    expect((await ask(admin, 'PATCH', `${path}/${other.id}`, { ...body, name: 'x' })).status).toBe(400)
    await admin.send('DELETE', `${path}/${other.id}`)
  })

  it('is changed, rotated and deleted, each in the audit and without its password', async () => {
    const script = await apiKey(platform, admin)
    const issued = await createApplication(script, { subscribe: [`${org}/fleet`] })
    expect(issued.createdBy).toMatchObject({ kind: 'apiKey', id: script.id })
    const change = { name: 'Telegraf', origins: ['https://example.com'] }
    const changed = await admin.send<Application>('PATCH', `${path}/${issued.id}`, change)
    expect(changed).toMatchObject({ ...change, subscribe: [`${org}/fleet`] })
    const rotated = await admin.send<IssuedApplication>('POST', `${path}/${issued.id}/rotate`, {})
    expect(rotated.password).not.toBe(issued.password)
    expect(rotated).toMatchObject({
      username: issued.username,
      rotatedAt: expect.any(String),
      previousSecretExpiresAt: expect.any(String),
    })
    expect((await ask(admin, 'DELETE', `${path}/${issued.id}`)).status).toBe(204)
    expect(await ask(admin, 'GET', `${path}/${issued.id}`)).toMatchObject({
      status: 404,
      body: { code: 'application_not_found' },
    })
    const { rows } = await platform.pool.query(
      'SELECT action, detail, before, after FROM audit_row WHERE target = $1 ORDER BY id',
      [`application/${issued.id}`],
    )
    expect(rows).toMatchObject([
      { action: 'application.create', after: { name: 'Node-RED', subscribe: [`${org}/fleet`] } },
      {
        action: 'application.update',
        before: { name: 'Node-RED', origins: null },
        after: change,
      },
      { action: 'application.rotate', detail: { name: 'Telegraf', overlapSeconds: 3_600 } },
      { action: 'application.delete', before: { name: 'Telegraf' } },
    ])
    for (const { password } of [issued, rotated]) expect(JSON.stringify(rows)).not.toContain(password)
  })

  it('is granted no more by an API key than its scopes', async () => {
    const scopes = ['applications.manage', 'topics.subscribe']
    const { key } = await admin.send<{ key: string }>('POST', '/api/v1/api-keys', { name: 'k', scopes })
    const script = createClient(platform.url, { authorization: `Bearer ${key}` })
    const made = await ask(script, 'POST', path, { name: 'reader', subscribe: [`${org}/apps/#`] })
    expect(made.status).toBe(201)
    const more = { publish: [`${org}/apps/#`] }
    const refused = { status: 403, body: { code: 'scope_required' } }
    expect(await ask(script, 'POST', path, { name: 'writer', ...more })).toMatchObject(refused)
    expect(await ask(script, 'PATCH', `${path}/${made.body.id}`, more)).toMatchObject(refused)
    await admin.send('DELETE', `${path}/${made.body.id}`)
  })

  it('stays when the key that made it is deleted', async () => {
    const script = await apiKey(platform, admin)
    const issued = await createApplication(script, {})
    await admin.send('DELETE', `/api/v1/api-keys/${script.id}`)
    await (await connectApplication(issued)).endAsync()
    await admin.send('DELETE', `${path}/${issued.id}`)
  })

  it('is one of so many in its organization, also when they are made at once', async () => {
    const other = await createOrganization(admin)
    const answers = await Promise.all(
      Array.from({ length: 10 }, (_, n) => ask(other, 'POST', path, { name: `app ${n}` })),
    )
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(8)
    expect(answers.find(({ status }) => status === 409)?.body).toMatchObject({
      code: 'too_many_applications',
      detail: expect.stringContaining('at most 8 applications'),
    })
  })
})
