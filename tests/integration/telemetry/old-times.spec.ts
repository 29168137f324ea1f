import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { applyRetention } from '../../../apps/api/src/telemetry/retention/retention.js'
import type { SourceDevice } from '../../../apps/api/src/telemetry/samples/sample.js'
import { listPartitions } from '../../../apps/api/src/telemetry/storage/partition-tables.js'
import { Partitions, weekOf } from '../../../apps/api/src/telemetry/storage/partitions.js'
import { createDatabase, type TestDatabase } from '../../support/database.js'
import { makeDevices, send, startPipeline } from './pipelines.js'
import { plainRollUps, storedRollUps, storedSamples, widths } from './plain-roll-ups.js'

const dayMs = 86_400_000
const weekMs = 7 * dayMs

let database: TestDatabase
let device: SourceDevice

beforeAll(async () => {
  database = await createDatabase()
})
afterAll(() => database?.drop())
beforeEach(async () => {
  device = (await makeDevices(database.pool, 1))[0] as SourceDevice
})

async function tables(parent: string): Promise<string[]> {
  return (await listPartitions(database.pool)).filter((one) => one.parent === parent).map(({ name }) => name)
}

async function store(times: readonly number[]): Promise<void> {
  const pipeline = startPipeline(database.pool)
  const records = times.map((ts, n) => ({ ts, values: { a: n } }))
  expect(await send(pipeline, device, records)).toEqual({ stored: true, samples: times.length })
  await pipeline.close(1_000)
}

async function expectReadBack(times: readonly number[]): Promise<void> {
  const samples = await storedSamples(database.pool, [device.deviceKey])
  expect(
    samples.map(({ ts, number }) => [ts, number]).sort(([a = 0], [b = 0]) => Number(a) - Number(b)),
  ).toEqual(times.map((ts, n) => [ts * 1_000, n]).sort(([a = 0], [b = 0]) => a - b))
  for (const table of ['minute', 'hour'] as const)
    expect(await storedRollUps(database.pool, table, [device.deviceKey])).toEqual(
      plainRollUps(samples, widths[table]),
    )
}

describe('old times', () => {
  it('get all their partitions in one transaction, after which every connection plans again once', async () => {
    const thisWeek = weekOf(Date.now() * 1_000)
    const weeks = Array.from({ length: 300 }, (_, n) => thisWeek - n)
    const query = vi.spyOn(database.pool, 'query')
    const countMade = () => query.mock.calls.filter(([sql]) => String(sql).includes('make_partitions')).length
    await new Partitions(database.pool).ensure(weeks)
    expect(countMade()).toBe(1)
    await new Partitions(database.pool).ensure(weeks)
    expect(countMade()).toBe(1)
    query.mockRestore()
  })

  it('share partitions: one message with 418 of them makes at most 60 tables, and all is read back', async () => {
    const times = Array.from({ length: 418 }, (_, n) => Date.now() - n * 11 * dayMs)
    await store(times)
    expect((await listPartitions(database.pool)).length).toBeLessThanOrEqual(60)
    await expectReadBack(times)
  })

  it('are deleted by the retention: partitions that are over, and rows of those that are not', async () => {
    const kept = Date.now() - 100 * dayMs
    await store([kept, Date.now() - 130 * dayMs, Date.now() - 1_500 * dayMs])
    const before = await tables('sample')
    const retention = [{ organizationId: device.organizationId, days: 120 }]
    await applyRetention(database.pool, retention, Date.now())
    const samples = await storedSamples(database.pool, [device.deviceKey])
    expect(samples.map(({ ts }) => ts)).toEqual([kept * 1_000])
    expect((await tables('sample')).length).toBeLessThan(before.length)
    // What was dropped is made again when it is needed.
    await store([Date.now() - 1_500 * dayMs])
    expect((await tables('sample')).length).toBeLessThanOrEqual(before.length)
  })
})

describe('weekly partitions of an installation from before', () => {
  it('stay, and old times between them share the rest', async () => {
    const mondayMs = Math.floor((Date.now() - 345_600_000) / weekMs) * weekMs + 345_600_000
    const weeks = [40, 41, 60].map((ago) => mondayMs - ago * weekMs)
    await database.pool.query('DELETE FROM telemetry.sample')
    for (const name of await tables('sample')) await database.pool.query(`DROP TABLE ${name}`)
    for (const week of weeks)
      await database.pool.query(
        `SELECT telemetry.make_partition('sample', telemetry.day($1::bigint), 100, $1::text, $2::text)`,
        [week * 1_000, (week + weekMs) * 1_000],
      )
    const legacy = await tables('sample')
    const times = Array.from({ length: 100 }, (_, n) => Date.now() - n * weekMs)
    await store(times)
    expect(await tables('sample')).toEqual(expect.arrayContaining(legacy))
    expect((await tables('sample')).length).toBeLessThanOrEqual(legacy.length + 9 + 6)
    await expectReadBack(times)
  })
})
