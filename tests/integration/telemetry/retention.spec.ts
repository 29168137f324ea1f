import type { OrganizationSettings } from '@heliograph/protocol'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { applyRetention, loadRetention } from '../../../apps/api/src/telemetry/retention/retention.js'
import { deleteTelemetry } from '../../../apps/api/src/telemetry/storage/delete-telemetry.js'
import { Partitions } from '../../../apps/api/src/telemetry/storage/partitions.js'
import { type Administrator, createAdministrator } from '../../support/accounts.js'
import { createDatabase, type TestDatabase } from '../../support/database.js'
import { createClient } from '../../support/http-client.js'
import { type Platform, startPlatform } from '../../support/platform.js'
import { connectDevice, eventually, registerDevice, watch } from '../mqtt/support.js'

const hourMs = 3_600_000
const dayMs = 24 * hourMs
const now = Date.UTC(2026, 5, 17, 12, 34, 56)

describe('retention', () => {
  let database: TestDatabase

  beforeAll(async () => {
    database = await createDatabase()
  })
  afterAll(() => database?.drop())

  /** An organization with a device that has a sample, and its roll-ups, every six hours for 60 days. */
  async function organization(slug: string, retentionDays: number | null): Promise<number> {
    const { rows } = await database.pool.query<{ key: number }>(
      `WITH made AS (INSERT INTO organization (slug, name, retention_days) VALUES ($1, $1, $2) RETURNING id)
       INSERT INTO device (organization_id, id, name, updated_at) SELECT id, 'd', 'D', now() FROM made RETURNING key`,
      [slug, retentionDays],
    )
    const deviceKey = rows[0]?.key as number
    const times = Array.from({ length: 240 }, (_, n) => (now - n * 6 * hourMs) * 1_000)
    const partitions = new Partitions(database.pool, () => now)
    await partitions.ensure(new Set(times.map((us) => Math.floor((us - 345_600_000_000) / 604_800_000_000))))
    for (const [table, width] of [
      ['minute', 60_000_000],
      ['hour', 3_600_000_000],
    ])
      await database.pool.query(
        `INSERT INTO telemetry.${table} (device_key, key_id, ts, count, sum, other_count)
         SELECT $1, 1, ts / ${width} * ${width}, 1, 1, 0 FROM unnest($2::bigint[]) AS ts`,
        [deviceKey, times],
      )
    await database.pool.query(
      'INSERT INTO telemetry.sample (device_key, key_id, ts, number) SELECT $1, 1, ts, 1 FROM unnest($2::bigint[]) AS ts',
      [deviceKey, times],
    )
    return deviceKey
  }

  /** How many days ago the oldest row of a device is. */
  async function oldestDays(table: string, deviceKey: number): Promise<number> {
    const { rows } = await database.pool.query<{ oldest: number }>(
      `SELECT min(ts)::float8 AS oldest FROM telemetry.${table} WHERE device_key = $1`,
      [deviceKey],
    )
    return (now - (rows[0]?.oldest ?? Number.NaN) / 1_000) / dayMs
  }

  async function partitionsOf(table: string): Promise<string[]> {
    const { rows } = await database.pool.query<{ name: string }>(
      'SELECT inhrelid::regclass::text AS name FROM pg_inherits WHERE inhparent = $1::regclass ORDER BY 1',
      [`telemetry.${table}`],
    )
    return rows.map(({ name }) => name)
  }

  it('deletes rows of organizations that keep less, drops partitions that are too old for all, and keeps the rest', async () => {
    const [week, month] = [await organization('week', 7), await organization('month', null)]
    const before = (await partitionsOf('sample')).length
    await applyRetention(database.pool, await loadRetention(database.pool, 30), now)

    for (const table of ['sample', 'minute', 'hour']) {
      const [ofWeek, ofMonth] = [await oldestDays(table, week), await oldestDays(table, month)]
      expect([table, ofWeek > 6.7 && ofWeek <= 7 + 1 / 24]).toEqual([table, true])
      // Whole weeks: a sample may stay until its week is over, its roll-ups as long.
      expect([table, ofMonth > 29.7 && ofMonth <= 37 + 1 / 24]).toEqual([table, true])
    }
    expect((await partitionsOf('sample')).length).toBeLessThan(before)
    expect(await partitionsOf('sample')).not.toContain('telemetry.sample_20260420')
    expect(await partitionsOf('sample')).toContain('telemetry.sample_20260518')
  })

  it('drops no partition while one organization keeps all, and deletes rows of the others', async () => {
    const [all, day] = [await organization('all', 0), await organization('day', 1)]
    const before = await partitionsOf('sample')
    await applyRetention(database.pool, await loadRetention(database.pool, null), now)
    expect(await partitionsOf('sample')).toEqual(before)
    expect(await oldestDays('sample', all)).toBeGreaterThan(59)
    expect(await oldestDays('hour', all)).toBeGreaterThan(59)
    expect(await oldestDays('sample', day)).toBeLessThan(1 + 1 / 24)
  })

  it('finishes what an interrupted clean-up left', async () => {
    await database.pool.query('UPDATE organization SET retention_days = 10')
    const partitions = await partitionsOf('sample')
    const [oldest] = partitions
    await database.pool.query(`ALTER TABLE telemetry.sample DETACH PARTITION ${oldest}`)
    // Detached and not yet dropped: whoever needs it makes it anew.
    await database.pool.query('SELECT telemetry.make_partitions($1::bigint, $1::bigint, $2::bigint)', [
      (now - 60 * dayMs) * 1_000,
      now * 1_000,
    ])
    expect(await partitionsOf('sample')).toEqual(partitions)
    await applyRetention(database.pool, await loadRetention(database.pool, null), now)
    expect((await partitionsOf('sample'))[0]).toBe('telemetry.sample_20260601')
  })

  it('continues after it was interrupted while detaching, also when the retention is longer by then', async () => {
    const [name] = (await partitionsOf('sample')).slice(-3)
    const reader = await database.pool.connect()
    try {
      // A reader that was there before keeps it from being detached; whoever detaches is stopped meanwhile.
      await reader.query('BEGIN ISOLATION LEVEL REPEATABLE READ')
      await reader.query(`SELECT FROM telemetry.sample LIMIT 1`)
      const stopped = await database.pool.connect()
      await stopped.query('SET lock_timeout = 200')
      await expect(
        stopped.query(`ALTER TABLE telemetry.sample DETACH PARTITION ${name} CONCURRENTLY`),
      ).rejects.toThrow('lock timeout')
      stopped.release(true)
    } finally {
      await reader.query('ROLLBACK')
      reader.release()
    }
    await applyRetention(database.pool, await loadRetention(database.pool, 0), now)
    expect(await partitionsOf('sample')).not.toContain(name)
    const week =
      BigInt(Date.parse(`${name?.slice(-8, -4)}-${name?.slice(-4, -2)}-${name?.slice(-2)}`)) * 1000n
    await database.pool.query('SELECT telemetry.make_partitions($1::bigint, $1::bigint, $2::bigint)', [
      String(week),
      now * 1_000,
    ])
    await database.pool.query(
      'INSERT INTO telemetry.sample (device_key, key_id, ts, number) VALUES (1, 1, $1::bigint, 1)',
      [String(week)],
    )
  })

  it('drops detached tables that are too old, and no others', async () => {
    await database.pool.query('UPDATE organization SET retention_days = 10')
    await database.pool.query('SELECT telemetry.make_partitions($1::bigint, $1::bigint, $2::bigint)', [
      (now - 60 * dayMs) * 1_000,
      now * 1_000,
    ])
    const [oldest, ...others] = await partitionsOf('sample')
    const newest = others.at(-1)
    for (const name of [oldest, newest])
      await database.pool.query(`ALTER TABLE telemetry.sample DETACH PARTITION ${name}`)
    await applyRetention(database.pool, await loadRetention(database.pool, null), now)
    const { rows } = await database.pool.query(
      'SELECT to_regclass($1) AS oldest, to_regclass($2) AS newest',
      [oldest, newest],
    )
    expect(rows).toEqual([{ oldest: null, newest }])
    await database.pool.query(`DROP TABLE ${newest}`)
  })

  it('a deleted device leaves no row', async () => {
    const [gone, stays] = [await organization('gone', 10), await organization('stays', 10)]
    await deleteTelemetry(database.pool, [gone])
    for (const table of ['sample', 'minute', 'hour']) {
      expect([table, await oldestDays(table, gone)]).toEqual([table, Number.NaN])
      expect([table, (await oldestDays(table, stays)) > 50]).toEqual([table, true])
    }
  })
})

describe('TELEMETRY_RETENTION_DAYS', () => {
  let platform: Platform
  let admin: Administrator

  beforeAll(async () => {
    platform = await startPlatform({ env: { TELEMETRY_RETENTION_DAYS: '30' } })
    admin = await createAdministrator(platform)
  })
  afterAll(() => platform?.stop())

  const daysAgo = (days: number) => Date.now() - days * dayMs

  it('deletes what is older after a start, and keeps the rest', async () => {
    await platform.restart({ TELEMETRY_RETENTION_DAYS: '' })
    const device = await registerDevice(admin)
    const client = await connectDevice(platform, device)
    const records = [400, 100, 10, 0].map((days) => ({ ts: daysAgo(days), values: { days } }))
    await client.publishAsync(device.credential.topics.telemetry, JSON.stringify(records), { qos: 1 })
    await client.endAsync()
    await platform.restart()
    await eventually(async () => {
      for (const table of ['sample', 'minute', 'hour']) {
        const { rows } = await platform.pool.query(`SELECT FROM telemetry.${table}`)
        expect([table, rows.length]).toEqual([table, 2])
      }
    })
    expect(platform.logs()).not.toContain('TELEMETRY_RETENTION_DAYS is set but')
  })

  it('is the default of organizations, which an administrator changes for one of them', async () => {
    const path = '/api/v1/organization'
    await platform.pool.query('UPDATE organization SET retention_days = NULL')
    expect(await admin.send('GET', path)).toMatchObject({
      slug: admin.organization,
      retentionDays: null,
      defaultRetentionDays: 30,
      effectiveRetentionDays: 30,
    })
    const changed = await admin.send<OrganizationSettings>('PATCH', path, { retentionDays: 7 })
    expect(changed).toMatchObject({ retentionDays: 7, effectiveRetentionDays: 7 })
    const at = Date.parse(changed.nextDeletionAt)
    expect(at).toBeGreaterThan(Date.now() - hourMs)
    expect(at - Date.parse(changed.deletesBefore ?? '')).toBeGreaterThanOrEqual(7 * dayMs)
    expect(at - Date.parse(changed.deletesBefore ?? '')).toBeLessThan(7 * dayMs + hourMs)

    // From now on an older sample is refused; at the next run those that are stored are deleted.
    const device = await registerDevice(admin)
    const { username, password } = device.credential
    const http = createClient(platform.url, { authorization: `Basic ${btoa(`${username}:${password}`)}` })
    const send = (days: number) =>
      http.request('POST', `/api/v1/devices/${device.id}/telemetry`, { ts: daysAgo(days), values: { days } })
    expect((await send(8)).status).toBe(422)
    expect((await send(6)).status).toBe(200)
    expect(await admin.send('PATCH', path, { retentionDays: 0 })).toMatchObject({
      retentionDays: 0,
      effectiveRetentionDays: null,
      deletesBefore: null,
    })
    expect((await send(400)).status).toBe(200)
    await admin.send('PATCH', path, { retentionDays: 7 })
    await platform.restart()
    await eventually(async () => {
      const { items } = await admin.send<{ items: { value: number }[] }>(
        'GET',
        `/api/v1/devices/${device.id}/telemetry`,
      )
      expect(items.map(({ value }) => value)).toEqual([6])
    })

    const { rows } = await platform.pool.query(
      `SELECT before, after FROM audit_row WHERE action = 'organization.update' ORDER BY id`,
    )
    expect(rows.map(({ before, after }) => [before.retentionDays, after.retentionDays])).toEqual([
      [null, 7],
      [7, 0],
      [0, 7],
    ])
    for (const retentionDays of [-1, 1.5, 36_526, '7', undefined])
      expect((await admin.request('PATCH', path, { retentionDays })).status).toBe(400)
  })

  it('refuses older samples with a notice, and stores the rest', async () => {
    await platform.pool.query('UPDATE organization SET retention_days = NULL')
    await platform.restart()
    const device = await registerDevice(admin)
    const client = await connectDevice(platform, device)
    const notices = await watch(client, device.credential.topics.notices)
    const { telemetry } = device.credential.topics
    const send = (days: number) =>
      client.publishAsync(telemetry, JSON.stringify({ ts: daysAgo(days), values: { days } }), { qos: 1 })
    await Promise.all([send(31), send(29)])
    await eventually(() =>
      expect(notices.map(({ json }) => json)).toEqual([
        {
          code: 'timestamp_refused',
          topic: telemetry,
          detail: expect.stringContaining('older than the 30 days'),
        },
      ]),
    )
    const { items } = await admin.send<{ items: { value: number }[] }>(
      'GET',
      `/api/v1/devices/${device.id}/telemetry`,
    )
    expect(items.map(({ value }) => value)).toEqual([29])
    await client.endAsync()
  })
})
