import type { PresencePage } from '@heliograph/protocol'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Administrator, createAdministrator } from '../../support/accounts.js'
import { type Platform, startPlatform } from '../../support/platform.js'
import { connectDevice, eventually, registerDevice } from '../mqtt/support.js'

let platform: Platform
let admin: Administrator

beforeAll(async () => {
  platform = await startPlatform({
    env: {
      LIMITS:
        'presence.rowsPerMinute=4,presence.rows=50,presence.days=30,audit.days=100,audit.rows=40,housekeeping.batchRows=7',
    },
  })
  admin = await createAdministrator(platform)
})
afterAll(() => platform?.stop())

const query = async <Row>(sql: string, values: unknown[] = []) =>
  (await platform.pool.query(sql, values)).rows as Row[]

describe('a flood of connects', () => {
  const connects = 30

  it('has a bounded number of rows, which count all changes', async () => {
    const device = await registerDevice(admin)
    for (let i = 0; i < connects; i++) await (await connectDevice(platform, device)).endAsync()
    await eventually(async () => {
      const { connection } = await admin.send<{ connection: object }>('GET', `/api/v1/devices/${device.id}`)
      expect(connection).toMatchObject({ connected: false, reason: 'client_disconnected' })
    })
    // What is folded is written when its minute is over, or when the platform stops.
    await platform.restart()
    const { items } = await admin.send<PresencePage>('GET', `/api/v1/devices/${device.id}/presence`)
    expect(items.length).toBeLessThanOrEqual(8)
    expect(items[0]).toMatchObject({ online: false, reason: 'client_disconnected' })
    expect(items.reduce((sum, { foldedChanges }) => sum + 1 + foldedChanges, 0)).toBe(2 * connects)
  })
})

describe('in the background', () => {
  it('the presence history loses what is too old and too much, and keeps the newest of each device', async () => {
    const [busy, old] = [await registerDevice(admin), await registerDevice(admin)]
    const insert = (id: string, count: number, newestAgeDays: number) =>
      platform.pool.query(
        `INSERT INTO presence_change (device_key, at, online, reason)
         SELECT key, now() - make_interval(days => $3, secs => $2 - n), n % 2 = 0, 'connected'
         FROM device, generate_series(1, $2) n WHERE id = $1 ORDER BY n`,
        [id, count, newestAgeDays],
      )
    await insert(old.id, 100, 31)
    await insert(busy.id, 120, 0)
    await platform.restart()
    await eventually(async () => {
      const rows = await query(
        `SELECT device.id, count(*)::int AS rows, max(at) > now() - interval '32 days' AS newest
         FROM presence_change JOIN device ON key = device_key WHERE device.id = ANY($1) GROUP BY 1 ORDER BY rows`,
        [[busy.id, old.id]],
      )
      expect(rows).toEqual([
        { id: old.id, rows: 1, newest: true },
        { id: busy.id, rows: 50, newest: true },
      ])
    })
  })

  it('the audit loses what is too old; and what is too much, which it records', async () => {
    const audit = (count: number, ageDays: number, action: string) =>
      platform.pool.query(
        `INSERT INTO audit_row (organization_id, at, actor, action, target)
         SELECT id, now() - make_interval(days => $2, secs => $1 - n), 'platform', $3, 'n/' || n
         FROM organization, generate_series(1, $1) n`,
        [count, ageDays, action],
      )
    await audit(20, 101, 'old')
    await audit(60, 10, 'recent')
    await platform.restart()
    await eventually(async () => {
      const [trim] = await query<{ detail: { rows: number; before: string } }>(
        `SELECT detail FROM audit_row WHERE action = 'audit.trim' AND actor = 'platform'`,
      )
      expect(trim?.detail).toMatchObject({ rows: expect.any(Number), before: expect.any(String) })
      expect(trim?.detail.rows).toBeGreaterThanOrEqual(22)
    })
    expect(await query(`SELECT FROM audit_row WHERE action = 'old'`)).toEqual([])
    const recent = await query<{ target: string }>(
      `SELECT target FROM audit_row WHERE action = 'recent' ORDER BY at DESC`,
    )
    expect(recent.length).toBeLessThanOrEqual(38)
    expect(recent[0]).toEqual({ target: 'n/60' })
    expect(platform.logs()).toMatch(/the audit of \S+ had over 40 rows/)
  })

  it('expired sign-in sessions, verifications, links of accounts and forgotten networks go', async () => {
    await platform.pool.query(
      `INSERT INTO session (id, token, expires_at, updated_at, user_id)
       SELECT 'old-' || n, 'token-' || n, now() - interval '1 minute', now(), "user".id
       FROM "user", generate_series(1, 20) n`,
    )
    await platform.pool.query(
      `INSERT INTO verification (id, identifier, value, expires_at, updated_at)
       SELECT 'old-' || n, 'x', 'y', now() - interval '1 minute', now() FROM generate_series(1, 20) n`,
    )
    await platform.pool.query(
      `INSERT INTO sign_in_address (user_id, network, last_at)
       SELECT "user".id, '10.0.0.' || n, now() - interval '31 days' FROM "user", generate_series(1, 20) n`,
    )
    await platform.pool.query(
      `INSERT INTO account_link (id, user_id, purpose, secret_hash, bound_to, expires_at)
       SELECT 'old-' || n, "user".id, 'reset_password', n::text::bytea, '', now() - interval '1 minute'
       FROM "user", generate_series(1, 20) n`,
    )
    await platform.restart()
    await eventually(async () => {
      expect(
        await query(
          `SELECT (SELECT count(*)::int FROM session WHERE expires_at < now()) AS sessions,
             (SELECT count(*)::int FROM verification) AS verifications,
             (SELECT count(*)::int FROM account_link) AS links,
             (SELECT count(*)::int FROM sign_in_address WHERE network LIKE '10.0.0.%') AS networks`,
        ),
      ).toEqual([{ sessions: 0, verifications: 0, links: 0, networks: 0 }])
    })
    expect((await admin.request('GET', '/api/v1/me')).status).toBe(200)
    await eventually(async () => {
      const metrics = await (await fetch(new URL('/metrics', platform.url))).text()
      expect(metrics).toContain('heliograph_housekeeping_deleted_rows_total{table="session"} 20')
    })
  })
})
