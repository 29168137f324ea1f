import type { OrganizationUsage } from '@heliograph/protocol'
import { afterEach, describe, expect, it } from 'vitest'
import { type Administrator, createAdministrator, createOrganization } from '../../support/accounts.js'
import type { HttpClient } from '../../support/http-client.js'
import { type Platform, startPlatform } from '../../support/platform.js'
import {
  connectDevice,
  connectToken,
  eventually,
  refusalCode,
  registerDevice,
  requestToken,
  watch,
} from '../mqtt/support.js'
import { ask, personWithoutOrganization } from './callers.js'

let platform: Platform
let admin: Administrator

afterEach(() => platform?.stop())

async function start(limits: string): Promise<void> {
  platform = await startPlatform({ env: { LIMITS: limits } })
  admin = await createAdministrator(platform)
}

const usage = (client: HttpClient = admin) =>
  client.send<OrganizationUsage>('GET', '/api/v1/organization/usage')
const quotasOf = (organization: string) => `/api/v1/organizations/${organization}/quotas`
const metrics = async () => (await fetch(new URL('/metrics', platform.url))).text()

describe('the quota of devices', () => {
  it('refuses one more, also of many at the same time, and is set by a platform administrator', async () => {
    await start('organization.devices=5')
    const answers = await Promise.all(
      Array.from({ length: 12 }, (_, n) => ask(admin, 'POST', '/api/v1/devices', { name: `Device ${n}` })),
    )
    expect(answers.map(({ status }) => status).sort()).toEqual([...Array(5).fill(201), ...Array(7).fill(409)])
    const refused = await ask(admin, 'POST', '/api/v1/devices', { name: 'Pump', id: 'pump' })
    expect(refused).toMatchObject({
      status: 409,
      body: { code: 'quota_exceeded', detail: expect.stringContaining('5 devices, and 5 are allowed') },
    })
    await eventually(async () =>
      expect(await usage()).toMatchObject({
        devices: { limit: 5, isDefault: true, used: 5, level: 'full', fullAt: null },
      }),
    )

    const changed = await ask(admin, 'PATCH', quotasOf(admin.organization), { devices: 6 })
    expect(changed).toMatchObject({ status: 200, body: { devices: { limit: 6, isDefault: false } } })
    expect(await ask(admin, 'POST', '/api/v1/devices', { name: 'Pump', id: 'pump' })).toMatchObject({
      status: 201,
    })
    expect(await ask(admin, 'POST', '/api/v1/devices', { name: 'More' })).toMatchObject({ status: 409 })
    const { rows } = await platform.pool.query(
      `SELECT before, after FROM audit_row WHERE action = 'organization.quotas'`,
    )
    expect(rows).toMatchObject([{ before: { devices: null }, after: { devices: 6 } }])

    const other = await createOrganization(admin)
    expect(await ask(other, 'POST', '/api/v1/devices', { name: 'Theirs' })).toMatchObject({ status: 201 })
    await ask(admin, 'DELETE', '/api/v1/devices/pump')
    expect(await ask(admin, 'POST', '/api/v1/devices', { name: 'Again' })).toMatchObject({ status: 201 })
    expect(await ask(admin, 'PATCH', quotasOf(admin.organization), { devices: null })).toMatchObject({
      body: { devices: { limit: 5, isDefault: true } },
    })
  })

  it('is read and set by nobody else', async () => {
    await start('organization.devices=5')
    const person = await personWithoutOrganization(platform, admin)
    await platform.pool.query(
      `INSERT INTO member (organization_id, user_id, role)
       SELECT o.id, u.id, 'admin' FROM organization o, "user" u WHERE u.email = $1`,
      [person.email],
    )
    for (const [method, body] of [['GET'], ['PATCH', { devices: 1_000 }]] as const)
      for (const slug of [admin.organization, 'no-such-organization'])
        expect(await ask(person, method, quotasOf(slug), body)).toMatchObject({
          status: 403,
          body: { code: 'platform_administrator_required' },
        })
    expect(await ask(admin, 'GET', quotasOf('no-such-organization'))).toMatchObject({
      status: 404,
      body: { code: 'organization_not_found' },
    })
    expect((await usage(person)).devices.limit).toBe(5)
  })
})

describe('the quota of messages a day', () => {
  it('decides what is past it, over restarts, and no other topic', async () => {
    await start('organization.messagesPerDay=10')
    const device = await registerDevice(admin)
    const { topics } = device.credential
    let client = await connectDevice(platform, device)
    const send = (value: number, qos: 0 | 1 = 1) =>
      client.publishAsync(topics.telemetry, `{"value":${value}}`, { qos })
    for (let value = 0; value < 8; value++) await send(value)
    expect((await usage()).messagesPerDay).toMatchObject({ limit: 10, used: 8, level: 'warning' })

    await client.endAsync()
    await platform.restart()
    client = await connectDevice(platform, device)
    const watcher = await connectToken(await requestToken(admin))
    const heard = await watch(watcher, topics.telemetry)
    await watcher.subscribeAsync([topics.notices, topics.events], { qos: 1 })
    const on = (topic: string) => heard.filter((message) => message.topic === topic)
    expect((await usage()).messagesPerDay).toMatchObject({ used: 8 })
    // Each is acknowledged: the platform has decided, and a device does not send it again.
    for (let value = 8; value < 14; value++) await send(value)
    await send(100, 0)
    await client.publishAsync(topics.events, '{"level":"info","message":"still here"}', { qos: 1 })
    await eventually(() => expect(on(topics.events)).toHaveLength(1))
    await eventually(() => expect(on(topics.notices)).toHaveLength(5))
    expect(on(topics.notices)[0]?.json).toMatchObject({
      code: 'quota',
      topic: topics.telemetry,
      detail: expect.stringContaining('its 10 messages of this day (UTC)'),
    })
    expect(on(topics.telemetry)).toHaveLength(2)
    const { rows } = await platform.pool.query('SELECT count(*)::int AS samples FROM telemetry.sample')
    expect(rows).toEqual([{ samples: 10 }])
    expect(await usage()).toMatchObject({ messagesPerDay: { used: 10, level: 'full' } })
    const text = await metrics()
    expect(text).toContain('heliograph_quota_refused_messages_total{quota="messagesPerDay"} 5')
    expect(text).toContain('heliograph_ingest_dropped_total{reason="quota"} 1')
    expect(text).toContain('heliograph_quota_used_share{quota="messagesPerDay"} 1')

    const answer = await ask(
      admin.with({ authorization: `Basic ${basic(device.credential)}` }),
      'POST',
      `/api/v1/devices/${device.id}/telemetry`,
      { value: 1 },
    )
    expect(answer).toMatchObject({ status: 422, body: { code: 'quota' } })

    await ask(admin, 'PATCH', quotasOf(admin.organization), { messagesPerDay: 11 })
    await send(14)
    await eventually(() => expect(on(topics.telemetry)).toHaveLength(3))
    await client.endAsync()
    await watcher.endAsync()
  })
})

describe('the shares of quotas', () => {
  it('leave out an organization that was deleted', async () => {
    await start('organization.messagesPerDay=10')
    const ended = await createOrganization(admin, 'ended')
    const device = await registerDevice(ended)
    const client = await connectDevice(platform, device)
    for (let value = 0; value < 10; value++)
      await client.publishAsync(device.credential.topics.telemetry, `{"value":${value}}`, { qos: 1 })
    await client.endAsync()
    const share = 'heliograph_quota_used_share{quota="messagesPerDay"}'
    expect(await metrics()).toContain(`${share} 1`)
    await ended.send('DELETE', '/api/v1/organization?confirm=ended')
    expect(await metrics()).toContain(`${share} 0`)
  })
})

const basic = ({ username, password }: { username: string; password: string }) =>
  Buffer.from(`${username}:${password}`).toString('base64')

describe('the quota of stored bytes', () => {
  it('refuses telemetry until less is stored', async () => {
    await start('organization.storedBytes=400000')
    const [kept, deleted] = [await registerDevice(admin), await registerDevice(admin)]
    const samples = (count: number) =>
      JSON.stringify(
        Array.from({ length: count }, (_, n) => ({ ts: Date.now() - n * 60_000, values: { value: n } })),
      )
    const client = await connectDevice(platform, deleted)
    for (let n = 0; n < 3; n++)
      await client.publishAsync(
        deleted.credential.topics.telemetry,
        samples(1_000).replaceAll('"value"', `"value${n}"`),
        { qos: 1 },
      )
    await client.endAsync()
    // The first estimate is made at the start, others a minute apart.
    await platform.restart()
    await eventually(async () => expect((await usage()).storedBytes).toMatchObject({ level: 'full' }))
    const refused = await connectDevice(platform, kept)
    const watcher = await connectToken(await requestToken(admin))
    const notices = await watch(watcher, kept.credential.topics.notices)
    await refused.publishAsync(kept.credential.topics.telemetry, '{"value":1}', { qos: 1 })
    await eventually(() => expect(notices).toMatchObject([{ json: { code: 'quota' } }]))
    expect(notices[0]?.text).toContain('as its quota of 400000 bytes allows')
    await refused.endAsync()
    await watcher.endAsync()

    await admin.send('DELETE', `/api/v1/devices/${deleted.id}`)
    await eventually(async () => {
      const { rows } = await platform.pool.query('SELECT count(*)::int AS samples FROM telemetry.sample')
      expect(rows).toEqual([{ samples: 0 }])
    })
    await platform.restart()
    await eventually(async () => expect((await usage()).storedBytes).toMatchObject({ level: 'ok' }))
    const allowed = await connectDevice(platform, kept)
    await allowed.publishAsync(kept.credential.topics.telemetry, '{"value":1}', { qos: 1 })
    await allowed.endAsync()
    const { items } = await admin.send<{ items: object[] }>(
      'GET',
      `/api/v1/devices/${kept.id}/telemetry/latest`,
    )
    expect(items).toHaveLength(1)
  })
})

describe('the quota of connections', () => {
  it('refuses one more, lets take-overs and pages in, and other organizations', async () => {
    await start('organization.connections=2')
    const [a, b, c] = [await registerDevice(admin), await registerDevice(admin), await registerDevice(admin)]
    const first = await connectDevice(platform, a)
    const second = await connectDevice(platform, b)
    expect(await refusalCode(connectDevice(platform, c))).toBe(3)
    const page = await connectToken(await requestToken(admin))
    const takesOver = await connectDevice(platform, a)
    expect((await usage()).connections).toMatchObject({ limit: 2, used: 2, level: 'full' })
    const other = await createOrganization(admin)
    const theirs = await connectDevice(platform, await registerDevice(other))
    await eventually(async () => {
      const { refusals } = await admin.send<{ refusals: object[] }>('GET', '/api/v1/overview')
      expect(refusals).toContainEqual(
        expect.objectContaining({
          code: 'quota',
          device: c.id,
          detail: 'the organization has 2 connections, and may not have more',
        }),
      )
    })
    expect(platform.logs()).toContain('may not have more')

    await second.endAsync()
    await eventually(async () => expect((await usage()).connections.used).toBe(1))
    const third = await connectDevice(platform, c)
    for (const client of [first, takesOver, theirs, third, page]) client.end(true)
  })
})
