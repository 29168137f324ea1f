import type { Overview } from '@heliograph/protocol'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { countSql } from '../../../apps/api/dist/overview/device-counts.js'
import { type Administrator, createAdministrator, createOrganization } from '../../support/accounts.js'
import type { HttpClient } from '../../support/http-client.js'
import { type Platform, startPlatform } from '../../support/platform.js'
import { connectDevice, registerDevice } from '../mqtt/support.js'

const many = 100_000

let platform: Platform
let small: Administrator
let large: HttpClient & { organization: string }

beforeAll(async () => {
  platform = await startPlatform()
  small = await createAdministrator(platform)
  large = await createOrganization(small)
  // A quarter each: never seen, connected and heard, connected and overdue, gone.
  await platform.pool.query(
    `WITH made AS (
       INSERT INTO device (organization_id, id, name, tags, updated_at)
       SELECT o.id, 'd' || n, 'Device ' || n, '{}', now()
       FROM organization o, generate_series(0, $2::int - 1) n WHERE o.slug = $1
       RETURNING key, substr(id, 2)::int AS n
     )
     INSERT INTO device_activity (device_key, connected, since, reason, last_message_at)
     SELECT key, n % 4 < 3, now() - interval '1 day', 'connected',
       now() - CASE n % 4 WHEN 1 THEN interval '1 hour' WHEN 2 THEN interval '2 hours' ELSE interval '2 days' END
         + CASE n % 4 WHEN 1 THEN interval '1 hour' ELSE interval '0' END
     FROM made WHERE n % 4 > 0`,
    [large.organization, many],
  )
  await platform.pool.query('ANALYZE device, device_activity')
})
afterAll(() => platform?.stop())

const overview = (client: HttpClient) => client.send<Overview>('GET', '/api/v1/overview')

describe('the overview', () => {
  it('counts 100,000 devices by status, as the list does', async () => {
    const { fleet } = await overview(large)
    expect(fleet).toMatchObject({ devices: many })
    expect(fleet.statuses).toEqual({ never: many / 4, online: many / 4, quiet: many / 4, offline: many / 4 })
    for (const [status, third] of [
      ['never', 'd0'],
      ['online', 'd1'],
      ['quiet', 'd10'],
      ['offline', 'd100003'],
    ]) {
      const page = await large.send<{ items: { id: string; status: string }[] }>(
        'GET',
        `/api/v1/devices?status=${status}&limit=5&sort=id`,
      )
      expect(page.items, third).toHaveLength(5)
      for (const item of page.items) expect(item.status).toBe(status)
    }
  })

  it('reads the devices of a small organization only, however many others have', async () => {
    await registerDevice(small)
    await platform.pool.query('ANALYZE device, device_activity')
    const id = await organizationId(small.organization)
    const { rows } = await platform.pool.query<{ 'QUERY PLAN': [{ Plan: PlanNode }] }>(
      `EXPLAIN (ANALYZE, FORMAT JSON) ${countSql}`,
      [id, new Date()],
    )
    const nodes = flatten(rows[0]?.['QUERY PLAN'][0].Plan)
    expect(nodes.map((node) => node['Node Type'])).not.toContain('Seq Scan')
    const rowsRead = nodes.map((node) => node['Actual Rows'] * node['Actual Loops'])
    expect(Math.max(...rowsRead)).toBeLessThan(10)
  })
})

describe('storage', () => {
  let fresh: Platform
  afterAll(() => fresh?.stop())

  it('shares the size of the tables out by who has the rows, and tells what a day adds', async () => {
    fresh = await startPlatform()
    const administrator = await createAdministrator(fresh)
    const other = await createOrganization(administrator)
    const device = await registerDevice(administrator)
    const client = await connectDevice(fresh, device)
    const old = Date.now() - 10 * 86_400_000
    const sample = (ts: number) => ({ ts, values: { a: 1, b: 2 } })
    const batch = (from: number) => JSON.stringify(Array.from({ length: 500 }, (_, n) => sample(from + n)))
    const { telemetry } = device.credential.topics
    await client.publishAsync(telemetry, batch(old), { qos: 1 })
    await client.publishAsync(telemetry, batch(Date.now() - 5_000), { qos: 1 })
    await client.endAsync()
    // Nobody has asked before: so the estimate is made now.
    const { storage } = (await overview(administrator)).fleet
    expect(storage?.bytes).toBeGreaterThan(50_000)
    expect(storage?.bytesPerDay).toBeGreaterThan(10_000)
    expect(storage?.bytesPerDay).toBeLessThan(storage?.bytes ?? 0)
    expect((await overview(other)).fleet.storage).toMatchObject({ bytes: 0, bytesPerDay: 0 })
  })
})

interface PlanNode {
  'Node Type': string
  'Actual Rows': number
  'Actual Loops': number
  Plans?: PlanNode[]
}

function flatten(node: PlanNode | undefined): PlanNode[] {
  return node === undefined ? [] : [node, ...(node.Plans ?? []).flatMap(flatten)]
}

async function organizationId(slug: string): Promise<number> {
  const { rows } = await platform.pool.query<{ id: number }>('SELECT id FROM organization WHERE slug = $1', [
    slug,
  ])
  return rows[0]?.id ?? 0
}
