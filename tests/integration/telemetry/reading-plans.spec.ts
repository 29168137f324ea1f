import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startupOptions } from '../../../apps/api/src/foundation/database/pool-settings.js'
import {
  aggregateStatement,
  resolutionFor,
} from '../../../apps/api/src/telemetry/history/aggregates/aggregate-statement.js'
import { intervalsOf, startsOf } from '../../../apps/api/src/telemetry/history/aggregates/intervals.js'
import { LocalDays } from '../../../apps/api/src/telemetry/history/aggregates/local-days.js'
import { latestStatement } from '../../../apps/api/src/telemetry/history/latest/latest-statement.js'
import {
  numbersStatement,
  othersStatement,
} from '../../../apps/api/src/telemetry/history/points/preselect.js'
import { chunkStatement } from '../../../apps/api/src/telemetry/history/query/sample-reader.js'
import type { Statement } from '../../../apps/api/src/telemetry/history/query/statement.js'
import { extentsStatement } from '../../../apps/api/src/telemetry/history/resolution/extents.js'
import { tableRangesOf } from '../../../apps/api/src/telemetry/history/resolution/table-ranges.js'
import { createDatabase, type TestDatabase } from '../../support/database.js'

const dayUs = 86_400_000_000
const weekUs = 7 * dayUs
const begin = Date.UTC(2026, 0, 5) * 1_000
const chunk = { rowsEach: 50, textBytesEach: 1_048_576 }
const series = [1, 2].map((deviceKey) => ({ deviceKey, device: `d${deviceKey}`, keyId: 1, key: 'k' }))

let database: TestDatabase
let client: pg.Client

// A year of two devices, a sample each ten minutes, analyzed, as autovacuum leaves it.
beforeAll(async () => {
  database = await createDatabase()
  const { pool } = database
  await pool.query('SELECT telemetry.make_partitions($1, $2, $1)', [begin, begin + 52 * weekUs])
  await pool.query("INSERT INTO telemetry.key (name) VALUES ('k')")
  await pool.query("INSERT INTO organization (id, slug, name) VALUES (1, 'o', 'o')")
  await pool.query(
    "INSERT INTO device (key, organization_id, id, name, updated_at) SELECT n, 1, 'd' || n, 'd', now() FROM generate_series(1, 2) AS n",
  )
  await pool.query(
    `INSERT INTO telemetry.sample SELECT device, 1, $1::bigint + i * 600000000::bigint, i, NULL
     FROM generate_series(1, 2) AS device, generate_series(0, 52 * 7 * 144 - 1) AS i`,
    [begin],
  )
  await pool.query(
    'INSERT INTO telemetry.latest SELECT device, 1, $1, 1, NULL FROM generate_series(1, 2) AS device',
    [begin],
  )
  for (const [table, us] of [
    ['minute', 60_000_000],
    ['hour', 3_600_000_000],
  ] as const)
    await pool.query(
      `INSERT INTO telemetry.${table} SELECT device_key, key_id, ts / ${us} * ${us}, count(*), sum(number), min(number),
         max(number), min(number), min(ts), max(number), max(ts), 0, NULL, NULL FROM telemetry.sample GROUP BY 1, 2, 3`,
    )
  await pool.query('ANALYZE')
  client = new pg.Client({ connectionString: database.url, options: startupOptions('history') })
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
  Plans?: Node[]
}

/** Every scan of a table that was carried out: `sample_20260105 Index Scan`. */
async function scans({ text, values }: Statement) {
  const { rows } = await client.query(`EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) ${text}`, [...values])
  const found: { table: string; kind: string; rows: number }[] = []
  const walk = (node: Node) => {
    const table = node['Relation Name']
    if (table !== undefined && node['Actual Loops'] > 0)
      found.push({ table, kind: node['Node Type'], rows: node['Actual Rows'] * node['Actual Loops'] })
    for (const child of node.Plans ?? []) walk(child)
  }
  walk(rows[0]['QUERY PLAN'][0].Plan)
  return found
}

const week = (number: number) =>
  `sample_${new Date((begin + number * weekUs) / 1_000).toISOString().slice(0, 10).replaceAll('-', '')}`
const tables = (found: { table: string }[], prefix = '') =>
  [...new Set(found.map(({ table }) => table))].filter((table) => table.startsWith(prefix)).sort()

async function expectOnlyIndexes(statement: Statement) {
  const found = await scans(statement)
  expect(found.length).toBeGreaterThan(0)
  for (const { kind } of found) expect(kind).toMatch(/^Index (Only )?Scan$/)
  return found
}

describe('the plan of', () => {
  it('a page of samples reads the partitions of its range, and no more rows than the page has', async () => {
    const from = begin + 10 * weekUs + dayUs
    const wanted = series.map((one) => ({ series: one, nextUs: from }))
    const found = await expectOnlyIndexes(
      chunkStatement(wanted, { fromUs: from, toUs: from + 2 * dayUs, ...chunk }),
    )
    expect(tables(found)).toEqual([week(10)])
    expect(found.reduce((sum, { rows }) => sum + rows, 0)).toBe(2 * 50)
  })

  it('a page in an endless range reads no further than the page', async () => {
    const wanted = series.map((one) => ({ series: one, nextUs: 0 }))
    const found = await expectOnlyIndexes(
      chunkStatement(wanted, { fromUs: 0, toUs: Number.MAX_SAFE_INTEGER, ...chunk }),
    )
    expect(tables(found).filter((table) => table > week(0))).toEqual([])
    expect(found.reduce((sum, { rows }) => sum + rows, 0)).toBe(2 * 50)
  })

  it('a page after a cursor leaves out the partitions before it', async () => {
    const next = begin + 20 * weekUs
    const wanted = series.map((one) => ({ series: one, nextUs: next }))
    const found = await expectOnlyIndexes(
      chunkStatement(wanted, { fromUs: next, toUs: begin + 40 * weekUs, ...chunk }),
    )
    expect(tables(found)).toEqual([week(20)])
  })

  it('the extents of a year reads the roll-up by hour only', async () => {
    const found = await expectOnlyIndexes(
      extentsStatement(series, 'hour', { fromUs: begin, toUs: begin + 52 * weekUs }),
    )
    for (const table of tables(found)) expect(table).toMatch(/^hour_/)
  })

  it.each(['hour', 'minute'] as const)(
    'points of a long range from the %s read samples at its ends only',
    async (resolution) => {
      const [fromUs, toUs] = [begin + 3 * weekUs + 12_345_678, begin + 30 * weekUs + 3_599_999_999]
      const request = { series, resolution, fromUs, toUs, points: 1_000, withOthers: true }
      for (const statement of [numbersStatement(request), othersStatement(request)]) {
        const found = await expectOnlyIndexes(statement)
        expect(tables(found, 'sample_')).toEqual([week(3), week(30)])
        const raw = found.filter(({ table }) => table.startsWith('sample_'))
        expect(raw.reduce((sum, { rows }) => sum + rows, 0)).toBeLessThan(10)
        if (resolution === 'hour') {
          const minutes = found.filter(({ table }) => table.startsWith('minute_'))
          expect(minutes.reduce((sum, { rows }) => sum + rows, 0)).toBeLessThan(30)
        }
      }
    },
  )

  it.each([
    ['1d', 24, 'hour_'],
    ['1h', 1, 'hour_'],
    ['5m', 1 / 12, 'minute_'],
  ] as const)('an average over months by %s reads roll-ups only', async (_name, hours, prefix) => {
    const [fromUs, toUs] = [begin + 3 * weekUs, begin + 30 * weekUs]
    const resolution = prefix === 'hour_' ? 'hour' : 'minute'
    const ranges = tableRangesOf(resolution, fromUs, toUs)
    const found = await expectOnlyIndexes(
      aggregateStatement(
        series,
        'avg',
        { intervals: intervalsOf(hours * 3_600_000_000), starts: null },
        ranges,
      ),
    )
    for (const table of tables(found)) expect(table.startsWith(prefix)).toBe(true)
  })

  it.each([
    ['Europe/Berlin', 'hour', 'hour_'],
    ['Asia/Kolkata', 'minute', 'minute_'],
  ] as const)('an average over months by days of %s reads the roll-up by %s', async (zone, unit, prefix) => {
    const range = { fromUs: begin + 3 * weekUs, toUs: begin + 30 * weekUs }
    const intervals = intervalsOf(dayUs, new LocalDays(zone))
    const toRead = { intervals, starts: startsOf(intervals, range) }
    expect(resolutionFor('avg', toRead)).toBe(unit)
    const ranges = tableRangesOf(unit, range.fromUs, range.toUs)
    const found = await expectOnlyIndexes(aggregateStatement(series, 'avg', toRead, ranges))
    for (const table of tables(found)) expect(table.startsWith(prefix)).toBe(true)
  })

  it('a percentile reads the samples of its range only', async () => {
    const [fromUs, toUs] = [begin + 7 * weekUs + dayUs, begin + 8 * weekUs + dayUs]
    const ranges = tableRangesOf('raw', fromUs, toUs)
    const found = await expectOnlyIndexes(
      aggregateStatement(series, 'p95', { intervals: intervalsOf(dayUs), starts: null }, ranges),
    )
    expect(tables(found)).toEqual([week(7), week(8)])
  })

  it('the latest values reads no sample', async () => {
    const found = await expectOnlyIndexes(
      latestStatement({ organizationId: 1, tags: null }, ['d1', 'd2'], null),
    )
    expect(tables(found)).toEqual(['device', 'key', 'latest'])
  })
})
