import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startupOptions } from '../../../apps/api/src/foundation/database/pool-settings.js'
import { encodeCursor } from '../../../apps/api/src/foundation/paging/cursor.js'
import { type AuditFilters, auditStatement } from '../../../apps/api/src/insight/audit/audit-statement.js'
import { createDatabase, type TestDatabase } from '../../support/database.js'

const rowsOfEach = 40_000
const pageRows = 51

let database: TestDatabase
let client: pg.Client

// Two organizations with as many rows each, of the last days, analyzed, as autovacuum leaves them.
beforeAll(async () => {
  database = await createDatabase()
  await database.pool.query(
    `INSERT INTO audit_row (organization_id, at, actor, actor_name, action, target, request_id)
     SELECT organization, now() - n * interval '1 minute', 'person:p' || n % 400, 'Person ' || n % 400,
       (ARRAY['device.create', 'device.update'])[1 + (n % 1000 > 0)::int], 'device/d' || n % 2000, md5(n::text)
     FROM generate_series(1, 2) AS organization, generate_series(1, $1) AS n`,
    [rowsOfEach],
  )
  await database.pool.query('VACUUM ANALYZE audit_row')
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
  'Actual Loops': number
  'Actual Rows': number
  'Rows Removed by Filter'?: number
  'Rows Removed by Index Recheck'?: number
  Plans?: Node[]
}

/** How many rows of the audit a page looks at. */
async function lookedAt(filters: AuditFilters, cursor?: string): Promise<number> {
  const { text, values } = auditStatement(1, filters, { cursor, limit: pageRows })
  const { rows } = await client.query(`EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) ${text}`, values)
  const count = (node: Node): number => {
    const own =
      node['Relation Name'] === 'audit_row'
        ? (node['Actual Rows'] +
            (node['Rows Removed by Filter'] ?? 0) +
            (node['Rows Removed by Index Recheck'] ?? 0)) *
          node['Actual Loops']
        : 0
    return (node.Plans ?? []).reduce((sum, child) => sum + count(child), own)
  }
  return count(rows[0]['QUERY PLAN'][0].Plan)
}

describe(`a page of ${rowsOfEach} rows looks at few of them`, () => {
  it.each([
    ['without a filter', {}],
    ['by person', { actor: 'person:p7' }],
    ['by an action that is rare', { action: 'device.create' }],
    ['by an action that is frequent', { action: 'device.update' }],
    ['by target', { target: 'device/d77' }],
    ['by time', { from: '-20d', to: '-10d' }],
    ['by text that is rare', { search: 'c4ca4238a0' }],
    ['by text that is frequent', { search: 'person' }],
    ['by text that nobody has', { search: 'zzqqzz' }],
    ['by all of them', { actor: 'person:p7', action: 'device.update', target: 'device/d7', from: '-20d' }],
  ] satisfies [string, AuditFilters][])('%s', async (_, filters) => {
    expect(await lookedAt(filters)).toBeLessThan(1_000)
    const middle = encodeCursor([new Date(Date.now() - 1e9).toISOString(), '20000'])
    expect(await lookedAt(filters, middle)).toBeLessThan(1_000)
  })
})
