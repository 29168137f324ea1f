import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  type Administrator,
  createAdministrator,
  createMember,
  createOrganization,
  invite,
} from '../../support/accounts.js'
import { type Platform, startPlatform } from '../../support/platform.js'
import { connectApplication, createApplication } from '../applications/support.js'
import { apiKey, ask } from '../rest/callers.js'
import {
  closed,
  connectDevice,
  connectToken,
  eventually,
  refusalCode,
  registerDevice,
  requestToken,
} from './support.js'

let platform: Platform
let owner: Administrator

beforeAll(async () => {
  platform = await startPlatform()
  owner = await createAdministrator(platform)
})
afterAll(() => platform?.stop())

const count = async (sql: string, values: unknown[] = []): Promise<number> =>
  (await platform.pool.query(`SELECT count(*)::int AS count FROM ${sql}`, values)).rows[0].count

const organizationId = async (slug: string): Promise<number> =>
  (await platform.pool.query('SELECT id FROM organization WHERE slug = $1', [slug])).rows[0].id

async function telemetryRows(deviceKey: number): Promise<number> {
  const samples = await count('telemetry.sample WHERE device_key = $1', [deviceKey])
  return samples + (await count('telemetry.latest WHERE device_key = $1', [deviceKey]))
}

/** An organization with a device that sends, a script, and a person who is a member of another one too. */
async function busyOrganization() {
  const client = await createOrganization(owner)
  const device = await registerDevice(client, 'pump')
  const connection = await connectDevice(platform, device, { clean: false })
  await connection.publishAsync(device.credential.topics.telemetry, '{"temperature":21.5}', { qos: 1 })
  const script = await apiKey(platform, client)
  const page = await connectToken(
    await requestToken(client, { publish: [`${client.organization}/apps/#`] }),
    { clean: false },
  )
  await page.subscribeAsync(`${client.organization}/devices/#`, { qos: 1 })
  await page.publishAsync(`${client.organization}/apps/chat`, '"hello"', { qos: 1, retain: true })
  const application = await createApplication(client, { subscribe: [`${client.organization}/#`] })
  const nodeRed = await connectApplication(application, { clientId: 'flows', clean: false })
  await nodeRed.subscribeAsync(`${client.organization}/devices/#`, { qos: 1 })
  const { rows } = await platform.pool.query(
    'SELECT device.key FROM device JOIN organization o ON o.id = organization_id WHERE o.slug = $1',
    [client.organization],
  )
  const connections = [connection, page, nodeRed]
  return {
    client,
    slug: client.organization,
    device,
    connections,
    script,
    application,
    deviceKey: rows[0].key,
  }
}

describe('deleting an organization', () => {
  it('ends everything in it before it is answered, and nothing of others', async () => {
    const { slug, client, device, connections, script, application, deviceKey } = await busyOrganization()
    const id = await organizationId(slug)
    expect(await telemetryRows(deviceKey)).toBeGreaterThan(0)
    const other = await registerDevice(owner)
    const elsewhere = await connectDevice(platform, other)
    const ended = Promise.all(connections.map(closed))

    await client.send('DELETE', `/api/v1/organization?confirm=${slug}`)
    expect(await ask(client, 'GET', '/api/v1/devices')).toMatchObject({
      status: 403,
      body: { code: 'not_a_member' },
    })
    expect(await ask(script, 'GET', '/api/v1/devices')).toMatchObject({ status: 401 })
    expect(await refusalCode(connectDevice(platform, device))).toBe(4)
    expect(await refusalCode(connectApplication(application))).toBe(4)
    expect(
      await refusalCode(connectApplication({ ...application, username: slug, password: script.key })),
    ).toBe(4)
    await ended
    expect(elsewhere.connected).toBe(true)
    await elsewhere.publishAsync(other.credential.topics.telemetry, '{"temperature":1}', { qos: 1 })
    await elsewhere.endAsync()

    await eventually(async () => expect(await count('organization WHERE id = $1', [id])).toBe(0))
    expect(await telemetryRows(deviceKey)).toBe(0)
    expect(await count('device WHERE organization_id = $1', [id])).toBe(0)
    expect(await count('audit_row WHERE organization_id = $1', [id])).toBe(0)
    expect(await count('application WHERE organization_id = $1', [id])).toBe(0)
    expect(await count('member WHERE organization_id = $1', [id])).toBe(0)
    await eventually(async () =>
      expect(await count('broker.session WHERE session_id LIKE $1', [`${slug}/%`])).toBe(0),
    )
    expect(await count('broker.retained WHERE topic LIKE $1', [`${slug}/%`])).toBe(0)
  })

  it('frees the slug, whose next organization meets nothing of the one before', async () => {
    const { slug, client, device, deviceKey, connections } = await busyOrganization()
    const ended = Promise.all(connections.map(closed))
    await client.send('DELETE', `/api/v1/organization?confirm=${slug}`)
    await ended
    await eventually(async () => {
      const answer = await ask(owner, 'POST', '/api/v1/organizations', { name: 'Again', slug })
      expect(answer.status).toBe(201)
    })
    const again = owner.with({ 'heliograph-org': slug })
    const twin = await registerDevice(again, 'pump')
    expect(await refusalCode(connectDevice(platform, device))).toBe(4)
    const latest = await again.send<{ items: unknown[] }>('GET', '/api/v1/devices/pump/telemetry/latest')
    expect(latest.items).toEqual([])
    const { rows } = await platform.pool.query('SELECT max(key) AS key FROM device')
    expect(rows[0].key).toBeGreaterThan(deviceKey)

    const reader = await connectToken(await requestToken(again))
    const topics: string[] = []
    reader.on('message', (topic) => topics.push(topic))
    await reader.subscribeAsync([`${slug}/devices/#`, `${slug}/apps/#`], { qos: 1 })
    const now = await connectDevice(platform, twin)
    await eventually(() => expect(topics).toEqual([`${slug}/devices/pump/presence`]))
    await Promise.all([reader.endAsync(), now.endAsync()])
  })

  it('is in the audit of the platform, with who did it and how large it was', async () => {
    const { slug, client, connections } = await busyOrganization()
    const ended = Promise.all(connections.map(closed))
    const answer = await client.request('DELETE', `/api/v1/organization?confirm=${slug}`)
    await ended
    const { rows } = await platform.pool.query(
      `SELECT organization_id, actor_name, actor_role, before, request_id FROM audit_row
       WHERE action = 'organization.delete' AND target = $1`,
      [`organization/${slug}`],
    )
    expect(rows).toEqual([
      {
        organization_id: 0,
        actor_name: 'Ada Admin',
        actor_role: 'owner',
        before: { name: slug, members: 1, devices: 1, apiKeys: 1, applications: 1 },
        request_id: answer.headers.get('x-request-id'),
      },
    ])
  })

  it('goes on after a restart', async () => {
    const slug = (await createOrganization(owner)).organization
    const id = await organizationId(slug)
    await platform.pool.query(
      `INSERT INTO device (organization_id, id, name, updated_at)
       SELECT $1, 'd' || n, 'd', now() FROM generate_series(1, 120) AS n`,
      [id],
    )
    await platform.kill('SIGKILL')
    // As a platform leaves it that is killed right after the commit.
    await platform.pool.query('DELETE FROM member WHERE organization_id = $1', [id])
    await platform.pool.query('UPDATE organization SET deleted_at = now() WHERE id = $1', [id])
    await platform.restart()
    await eventually(async () => expect(await count('organization WHERE id = $1', [id])).toBe(0))
    expect(await count('device WHERE organization_id = $1', [id])).toBe(0)
    await owner.send('POST', '/api/v1/organizations', { name: 'Again', slug })
  })

  it('is for owners, who name it', async () => {
    const admin = await createMember(platform, owner, 'admin')
    const confirmed = `/api/v1/organization?confirm=${owner.organization}`
    expect(await ask(admin, 'DELETE', confirmed)).toMatchObject({
      status: 403,
      body: { code: 'role_required' },
    })
    expect(await ask(owner, 'DELETE', '/api/v1/organization?confirm=another')).toMatchObject({
      status: 400,
      body: { code: 'not_confirmed' },
    })
    expect((await ask(owner, 'DELETE', '/api/v1/organization')).status).toBe(400)
    expect((await ask(owner, 'GET', '/api/v1/organization')).status).toBe(200)
  })
})

describe('transferring the ownership', () => {
  it('makes another member the owner and the caller an admin, and ends their connections', async () => {
    const client = await createOrganization(owner)
    const successor = await createMember(platform, client, 'viewer')
    await invite(client, { role: 'owner' })
    const token = await requestToken(client)
    const page = await connectToken(token)
    const ended = closed(page)
    await client.send('POST', '/api/v1/organization/transfer', { to: successor.id })
    await ended
    const { items } = await successor.send<{ items: { id: string; role: string }[] }>(
      'GET',
      '/api/v1/members',
    )
    expect(items.map(({ id, role }) => [id === successor.id, role])).toEqual([
      [true, 'owner'],
      [false, 'admin'],
    ])
    const open = await successor.send<{ items: unknown[] }>('GET', '/api/v1/invitations')
    expect(open.items).toEqual([])
    expect(await ask(client, 'POST', '/api/v1/organization/transfer', { to: successor.id })).toMatchObject({
      status: 403,
      body: { code: 'role_required' },
    })
    const { items: audit } = await successor.send<{ items: object[] }>(
      'GET',
      '/api/v1/audit?action=organization.transfer',
    )
    expect(audit).toMatchObject([
      { before: { role: 'viewer' }, after: { owner: successor.id, role: 'owner' } },
    ])
  })

  it('is refused to oneself and to strangers', async () => {
    const { user } = await owner.send<{ user: { id: string } }>('GET', '/api/v1/me')
    expect(await ask(owner, 'POST', '/api/v1/organization/transfer', { to: user.id })).toMatchObject({
      status: 409,
      body: { code: 'transfer_to_self' },
    })
    expect(await ask(owner, 'POST', '/api/v1/organization/transfer', { to: 'nobody' })).toMatchObject({
      status: 404,
      body: { code: 'member_not_found' },
    })
  })
})
