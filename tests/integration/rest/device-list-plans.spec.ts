import type { ListDevices } from '@heliograph/protocol'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startupOptions } from '../../../apps/api/src/foundation/database/pool-settings.js'
import { encodeCursor } from '../../../apps/api/src/foundation/paging/cursor.js'
import { listStatement } from '../../../apps/api/src/registry/devices/list-devices-statement.js'
import { createDatabase, type TestDatabase } from '../../support/database.js'
import { withoutSearchIndex } from '../../support/seed-devices.js'

const devices = 100_000
const pageRows = 51

let database: TestDatabase
let client: pg.Client

// Two organizations with as many devices each, and one with ten, analyzed, as autovacuum leaves them.
beforeAll(async () => {
  database = await createDatabase()
  const { pool } = database
  await pool.query(
    "INSERT INTO organization (id, slug, name) SELECT n, 'o' || n, 'o' FROM generate_series(1, 3) AS n",
  )
  const insert = () =>
    pool.query(
      `INSERT INTO device (organization_id, id, name, tags, type, created_at, updated_at)
     SELECT organization, 'd' || n, (ARRAY['Pump', 'Valve', 'Ölpumpe', 'Насос'])[1 + n % 4] || ' ' || md5(n::text),
       ARRAY['site-' || n % 500], 'type-' || n % 7, now() - n * interval '1 minute', now()
     FROM generate_series(1, 3) AS organization,
       generate_series(1, CASE organization WHEN 3 THEN 10 ELSE $1 END) AS n`,
      [devices],
    )
  await withoutSearchIndex(pool, insert)
  await pool.query(
    `INSERT INTO device_activity (device_key, connected, since, last_message_at)
     SELECT key, key % 2 = 0, now(), now() - key * interval '1 second' FROM device WHERE key % 4 > 0`,
  )
  await pool.query('VACUUM ANALYZE device, device_activity')
  client = new pg.Client({ connectionString: database.url, options: startupOptions('lists') })
  await client.connect()
})
afterAll(async () => {
  await client?.end()
  await database?.drop()
})

interface Node {
  'Node Type': string
  'Relation Name'?: string
  'Index Name'?: string
  'Actual Loops': number
  'Actual Rows': number
  'Rows Removed by Filter'?: number
  'Rows Removed by Index Recheck'?: number
  Plans?: Node[]
}

/** How the devices of a list are found: by which index, or a scan, and how many of them are looked at. */
async function plan(query: ListDevices, organizationId = 1) {
  const sort = query.sort ?? 'name'
  const { text, values } = listStatement(
    { organizationId, tags: null },
    { ...query, sort },
    pageRows,
    new Date(),
  )
  const { rows } = await client.query(`EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) ${text}`, values)
  const found = { by: new Set<string>(), lookedAt: 0, kinds: new Set<string>() }
  const walk = (node: Node) => {
    found.kinds.add(node['Node Type'])
    if (node['Index Name']?.startsWith('device_') && !node['Index Name'].startsWith('device_activity'))
      found.by.add(node['Index Name'])
    if (node['Relation Name'] === 'device')
      found.lookedAt +=
        (node['Actual Rows'] +
          (node['Rows Removed by Filter'] ?? 0) +
          (node['Rows Removed by Index Recheck'] ?? 0)) *
        node['Actual Loops']
    for (const child of node.Plans ?? []) walk(child)
  }
  walk(rows[0]['QUERY PLAN'][0].Plan)
  return { by: [...found.by], lookedAt: found.lookedAt, kinds: [...found.kinds] }
}

describe('a search among 100,000 devices', () => {
  it.each(['zzqq', 'd99999', 'Valve 0A1B', 'ölpumpe c4ca', 'Насос 6512'])(
    'for %s looks at few of them, by the index',
    async (search) => {
      const { by, lookedAt } = await plan({ search })
      expect(by).toEqual(['device_search_idx'])
      expect(lookedAt).toBeLessThan(3_000)
    },
  )

  it('for what many have stops when the page is full', async () => {
    const { by, lookedAt } = await plan({ search: 'pump' })
    expect(by).toEqual(['device_organization_id_name_id_idx'])
    expect(lookedAt).toBeLessThan(1_000)
  })

  it('for one or two letters looks at no other organization’s devices', async () => {
    for (const search of ['q', 'zq']) expect((await plan({ search })).lookedAt).toBeLessThanOrEqual(devices)
    expect((await plan({ search: 'zq' }, 3)).lookedAt).toBeLessThanOrEqual(10)
  })

  it('by a small organization looks at its own devices alone', async () => {
    for (const search of ['pump', 'zzqq', 'd1'])
      expect((await plan({ search }, 3)).lookedAt).toBeLessThanOrEqual(10)
  })
})

describe('a page of 100,000 devices', () => {
  const middle = { name: 'Pump 8', id: 'd50000', createdAt: new Date(Date.now() - 3e9).toISOString() }

  it.each([
    ['name', 'device_organization_id_name_id_idx'],
    ['id', 'device_organization_id_id_key'],
    ['createdAt', 'device_organization_id_created_at_id_idx'],
  ] as const)('by %s is read from its index, in both directions and from a cursor', async (order, index) => {
    for (const sort of [order, `-${order}`] as const)
      for (const cursor of [undefined, encodeCursor([sort, middle[order], 'd50000'])]) {
        const { by, lookedAt, kinds } = await plan({ sort, cursor })
        expect([sort, cursor, by, kinds.includes('Sort')]).toEqual([sort, cursor, [index], false])
        expect(lookedAt).toBeLessThanOrEqual(pageRows)
      }
  })

  it.each([
    [{ tag: 'site-7' }],
    [{ tag: 'nobody has it' }],
    [{ type: 'type-3' }],
    [{ status: 'never' }],
    [{ status: 'quiet', sort: '-lastMessageAt' }],
    [{ sort: 'lastMessageAt' }],
    [{ sort: '-lastMessageAt', tag: 'site-7', search: 'valve' }],
  ] satisfies [ListDevices][])('with %o looks at each device once at most, by one process', async (query) => {
    const { lookedAt, kinds } = await plan(query)
    expect(lookedAt).toBeLessThanOrEqual(2 * devices + 10)
    expect(kinds).not.toContain('Gather')
  })
})
