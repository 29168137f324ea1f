import { randomUUID } from 'node:crypto'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { countSql } from './device-counts.js'

const many = 100_000

interface PlanNode {
  'Node Type': string
  'Actual Rows': number
  'Actual Loops': number
  Plans?: PlanNode[]
}

describe('the count of devices by status', () => {
  const name = `counts_${randomUUID().replaceAll('-', '')}`
  let server: pg.Client
  let client: pg.Client

  beforeAll(async () => {
    server = new pg.Client({ connectionString: inject('postgresUrl') })
    await server.connect()
    await server.query(`CREATE DATABASE ${name} TEMPLATE migrated`)
    const url = new URL(inject('postgresUrl'))
    url.pathname = `/${name}`
    client = new pg.Client({ connectionString: url.href })
    await client.connect()
    await client.query(`INSERT INTO organization (id, slug, name) VALUES (1, 'large', ''), (2, 'small', '')`)
    await client.query(
      `INSERT INTO device (organization_id, id, name, tags, updated_at)
       SELECT CASE WHEN n < 5 THEN 2 ELSE 1 END, 'd' || n, '', '{}', now() FROM generate_series(1, $1::int) n`,
      [many],
    )
    await client.query(
      `INSERT INTO device_activity (device_key, connected, since) SELECT key, true, now() FROM device`,
    )
    await client.query('ANALYZE device, device_activity')
  })

  afterAll(async () => {
    await client?.end()
    await server?.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`)
    await server?.end()
  })

  it('reads only the devices of the organization, however many other organizations have', async () => {
    const { rows } = await client.query<{ 'QUERY PLAN': [{ Plan: PlanNode }] }>(
      `EXPLAIN (ANALYZE, FORMAT JSON) ${countSql}`,
      [2, new Date()],
    )
    const nodes = flatten(rows[0]?.['QUERY PLAN'][0].Plan)
    expect(nodes.map((node) => node['Node Type'])).not.toContain('Seq Scan')
    const read = nodes.map((node) => node['Actual Rows'] * node['Actual Loops'])
    expect(Math.max(...read)).toBeLessThan(10)
  })
})

function flatten(node: PlanNode | undefined): PlanNode[] {
  return node === undefined ? [] : [node, ...(node.Plans ?? []).flatMap(flatten)]
}
