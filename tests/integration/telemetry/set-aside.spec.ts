import type { SetAsidePage } from '@heliograph/protocol'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { setAside } from '../../../apps/api/src/telemetry/storage/set-aside.js'
import { setAsideLimits } from '../../../apps/api/src/telemetry/storage/set-aside-limits.js'
import { type Administrator, createAdministrator, createOrganization } from '../../support/accounts.js'
import { createDatabase } from '../../support/database.js'
import { createClient, type HttpClient } from '../../support/http-client.js'
import { type Platform, startPlatform } from '../../support/platform.js'
import { connectDevice, eventually, registerDevice, watch } from '../mqtt/support.js'
import { makeDevices } from './pipelines.js'

const path = '/api/v1/telemetry/set-aside'

describe('a message whose commit takes longer than it may', () => {
  let platform: Platform
  let admin: Administrator
  let other: HttpClient

  beforeAll(async () => {
    platform = await startPlatform()
    const { rows } = await platform.pool.query('SELECT current_database() AS name')
    await platform.pool.query(`ALTER DATABASE ${rows[0].name} SET statement_timeout = '1s'`)
    await platform.pool.query(
      `CREATE FUNCTION telemetry.dawdle() RETURNS trigger LANGUAGE plpgsql AS
       $$ BEGIN PERFORM pg_sleep(600); RETURN NEW; END $$`,
    )
    await platform.pool.query(
      `CREATE TRIGGER dawdle BEFORE INSERT ON telemetry.sample FOR EACH ROW WHEN (NEW.number = 666)
       EXECUTE FUNCTION telemetry.dawdle()`,
    )
    await platform.restart()
    admin = await createAdministrator(platform)
    other = await createOrganization(admin)
  })
  afterAll(() => platform?.stop())

  const list = async (client: HttpClient = admin) => (await client.send<SetAsidePage>('GET', path)).items

  it('is set aside and told, over a restart too, and nobody else waits for it', async () => {
    const [device, neighbour] = [await registerDevice(admin), await registerDevice(admin)]
    const stranger = await registerDevice(other)
    const clients = await Promise.all(
      [device, neighbour, stranger].map((one) => connectDevice(platform, one)),
    )
    const [client] = clients
    if (client === undefined) throw new Error('no client')
    const notices = await watch(client, device.credential.topics.notices)
    const publish = (index: number, value: number) => {
      const { telemetry } = ([device, neighbour, stranger][index] ?? device).credential.topics
      return clients[index]?.publishAsync(telemetry, JSON.stringify({ a: value }), { qos: 1 })
    }
    const bad = publish(0, 666)
    const after = publish(0, 1)
    let decided = false
    void bad?.then(() => {
      decided = true
    })
    // Whoever comes while it is looked for is acknowledged long before it is.
    await Promise.all([publish(1, 2), publish(2, 3)])
    for (let n = 0; n < 20; n++) await Promise.all([publish(1, n), publish(2, n)])
    expect(decided).toBe(false)
    await Promise.all([bad, after])

    const [item, ...others] = await list()
    expect(others).toEqual([])
    expect(item).toMatchObject({
      device: device.id,
      reason: expect.stringContaining('took longer than a commit may'),
      payload: '{"a":666}',
      payloadBytes: 9,
      truncated: false,
    })
    await eventually(() =>
      expect(notices.map(({ json }) => json)).toMatchObject([
        { code: 'telemetry_set_aside', topic: device.credential.topics.telemetry },
      ]),
    )
    const { items } = await admin.send<{ items: { value: number }[] }>(
      'GET',
      `/api/v1/devices/${device.id}/telemetry`,
    )
    expect(items.map(({ value }) => value)).toEqual([1])
    expect(platform.logs()).toContain('was set aside for its administrators')
    const metrics = await (await fetch(`${platform.url}/metrics`)).text()
    expect(metrics).toMatch(/^heliograph_ingest_set_aside_total 1$/m)
    await Promise.all(clients.map((one) => one.endAsync()))
    await platform.restart()
    expect((await list()).map(({ id }) => id)).toEqual([item?.id])
  }, 180_000)

  it('is seen and deleted by administrators of its organization only', async () => {
    const [item] = await list()
    if (item === undefined) throw new Error('nothing was set aside')
    const { key: viewerKey } = await admin.send<{ key: string }>('POST', '/api/v1/api-keys', {
      name: 'viewer',
      role: 'viewer',
    })
    const viewer = createClient(platform.url, { authorization: `Bearer ${viewerKey}` })
    const anonymous = createClient(platform.url)
    for (const [client, status] of [
      [anonymous, 401],
      [viewer, 403],
    ] as const) {
      expect((await client.request('GET', path)).status).toBe(status)
      expect((await client.request('DELETE', `${path}/${item.id}`)).status).toBe(status)
    }
    expect(await list(other)).toEqual([])
    expect((await other.request('DELETE', `${path}/${item.id}`)).status).toBe(404)
    expect((await admin.request('DELETE', `${path}/x`)).status).toBe(400)
    expect((await admin.request('GET', `${path}?cursor=x`)).status).toBe(400)
    expect((await admin.request('DELETE', `${path}/${item.id}`)).status).toBe(204)
    expect((await admin.request('DELETE', `${path}/${item.id}`)).status).toBe(404)
    expect(await list()).toEqual([])
    const { rows } = await platform.pool.query(
      `SELECT target FROM audit_row WHERE action = 'setAside.delete'`,
    )
    expect(rows).toEqual([{ target: `set-aside/${item.id}` }])
  })
})

describe('what is set aside', () => {
  it('is bounded for a device, an organization and in all, and given page by page', async () => {
    const database = await createDatabase()
    try {
      const limits = {
        ...setAsideLimits.values(),
        messagesPerDevice: 3,
        messagesPerOrganization: 5,
        messages: 7,
        payloadBytes: 4,
      }
      const first = await makeDevices(database.pool, 3)
      const second = await makeDevices(database.pool, 1)
      const keep = ([device]: typeof first, payload: string) =>
        setAside(
          database.pool,
          {
            organizationId: device?.organizationId ?? 0,
            deviceKey: device?.deviceKey ?? 0,
            from: 0,
            to: 1,
            payload: Buffer.from(payload),
            receivedAtMs: Date.now(),
            isOld: false,
            listener: { delayed() {}, decided() {}, undecided() {} },
          },
          'it is a test',
          limits,
        )
      const kept = async () =>
        (
          await database.pool.query(
            'SELECT payload, payload_bytes AS bytes FROM telemetry.set_aside ORDER BY id',
          )
        ).rows.map(({ payload, bytes }) => [String(payload), bytes])
      for (const text of ['1', '2', '3', '4']) await keep(first, text)
      expect(await kept()).toEqual(['2', '3', '4'].map((text) => [text, 1]))
      for (const text of ['5', '6', '7']) await keep(first.slice(1), text)
      expect(await kept()).toEqual(['3', '4', '5', '6', '7'].map((text) => [text, 1]))
      for (const text of ['a', 'b', 'cdefgh']) await keep(second, text)
      expect(await kept()).toEqual([...['4', '5', '6', '7', 'a', 'b'].map((text) => [text, 1]), ['cdef', 6]])
    } finally {
      await database.drop()
    }
  })
})
