import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { SourceDevice } from '../../../apps/api/src/telemetry/samples/sample.js'
import { CorrectionBacklog } from '../../../apps/api/src/telemetry/storage/correction-backlog.js'
import { correctionLimits } from '../../../apps/api/src/telemetry/storage/correction-limits.js'
import { CorrectionWorker } from '../../../apps/api/src/telemetry/storage/correction-worker.js'
import { createDatabase, type TestDatabase } from '../../support/database.js'
import { eventually } from '../mqtt/support.js'
import { makeDevices, send, startPipeline } from './pipelines.js'
import { plainRollUps, storedRollUps, storedSamples, widths } from './plain-roll-ups.js'

let database: TestDatabase
let pool: pg.Pool

beforeAll(async () => {
  database = await createDatabase()
  // Less than rolling up the dense minute again takes.
  pool = new pg.Pool({ connectionString: database.url, max: 8, statement_timeout: 400 })
  pool.on('error', () => {})
})
afterAll(async () => {
  await pool?.end()
  await database?.drop()
})

const hourMs = 3_600_000
const minuteMs = Math.floor((Date.now() - 2 * hourMs) / hourMs) * hourMs
const limits = correctionLimits.values()

async function expectRollUps(device: SourceDevice): Promise<void> {
  const samples = await storedSamples(database.pool, [device.deviceKey])
  for (const table of ['minute', 'hour'] as const)
    expect(await storedRollUps(database.pool, table, [device.deviceKey])).toEqual(
      plainRollUps(samples, widths[table]),
    )
}

async function stale(): Promise<number> {
  const { rows } = await database.pool.query('SELECT count(*)::int AS count FROM telemetry.stale_bucket')
  return rows[0].count
}

/** Stores many samples of one key within one minute, with their roll-ups. */
async function fillMinute({ deviceKey }: SourceDevice, keyId: number, samples: number): Promise<void> {
  const startUs = minuteMs * 1_000
  await database.pool.query(
    `INSERT INTO telemetry.sample SELECT $1, $2, $3::bigint + n * 60, n % 100, NULL FROM generate_series(1, $4::int) AS n`,
    [deviceKey, keyId, startUs, samples],
  )
  for (const [table, width] of Object.entries(widths))
    await database.pool.query(
      `INSERT INTO telemetry.${table} AS stored
       SELECT $1, $2, $3::bigint / $4::bigint * $4::bigint, count(*), sum(number), min(number), max(number), 1, $3::bigint + 60,
         (array_agg(number ORDER BY ts DESC))[1], max(ts), 0, NULL, NULL
       FROM telemetry.sample WHERE device_key = $1 AND key_id = $2
       ON CONFLICT (device_key, key_id, ts) DO UPDATE SET (count, sum, min, max, first, first_ts, last, last_ts) =
         (excluded.count, excluded.sum, excluded.min, excluded.max, excluded.first, excluded.first_ts, excluded.last, excluded.last_ts)`,
      [deviceKey, keyId, startUs, width],
    )
}

describe('a correction in a minute with very many samples', () => {
  it('is acknowledged at once and delays nobody; the roll-ups follow, also after a crash', async () => {
    const [device] = (await makeDevices(database.pool, 1)) as [SourceDevice]
    const [other] = (await makeDevices(database.pool, 1)) as [SourceDevice]
    const first = startPipeline(pool)
    await send(first, device, { ts: minuteMs, values: { a: 7 } })
    const { rows } = await database.pool.query('SELECT key_id FROM telemetry.latest WHERE device_key = $1', [
      device.deviceKey,
    ])
    await fillMinute(device, rows[0].key_id, 500_000)

    const failures: unknown[] = []
    const pipeline = startPipeline(pool, { onFailure: (error) => failures.push(error) })
    const corrected = send(pipeline, device, { ts: minuteMs, values: { a: 7_000 } })
    const others = send(pipeline, other, { ts: minuteMs, values: { a: 1 } })
    expect([await corrected, await others]).toEqual([
      { stored: true, samples: 1 },
      { stored: true, samples: 1 },
    ])
    expect(failures).toEqual([])
    expect(await stale()).toBe(1)

    // The platform dies here; the next one finds what is stale. A first attempt gets too little time, and is tried again.
    const backlog = new CorrectionBacklog(limits.staleMinutes)
    const problems: unknown[] = []
    const hurried = new CorrectionWorker({
      pool,
      backlog,
      limits: { ...limits, statementMs: 1 },
      onFailure: (error) => problems.push(error),
    })
    expect(await hurried.round()).toBe(1)
    expect(problems).toHaveLength(1)
    expect(await stale()).toBe(1)
    await database.pool.query('UPDATE telemetry.stale_bucket SET due_at = now()')
    const worker = new CorrectionWorker({ pool, backlog, limits })
    worker.start()
    await eventually(async () => expect(await stale()).toBe(0))
    await worker.close()
    await expectRollUps(device)
    await expectRollUps(other)
    await Promise.all([first.close(1_000), pipeline.close(1_000)])
  }, 120_000)
})

describe('samples of one key within one minute', () => {
  it('are bounded: past it a message is refused, with the reason, also after a restart', async () => {
    const [device] = (await makeDevices(database.pool, 1)) as [SourceDevice]
    const corrections = { ...limits, samplesPerMinute: 100 }
    const record = (n: number, values: object) => ({ ts: minuteMs + n, values })
    const records = (from: number) => Array.from({ length: 50 }, (_, n) => record(from + n, { a: n }))
    const refused = { stored: false, refusal: { code: 'too_many_samples', detail: expect.any(String) } }

    const pipeline = startPipeline(pool, { corrections })
    for (const from of [0, 50])
      expect(await send(pipeline, device, records(from))).toEqual({ stored: true, samples: 50 })
    expect(await send(pipeline, device, records(100))).toEqual(refused)
    // Other keys and other minutes of the device are not full.
    expect(await send(pipeline, device, record(200, { b: 1 }))).toMatchObject({ stored: true })
    expect(await send(pipeline, device, record(60_000, { a: 1 }))).toMatchObject({ stored: true })
    await pipeline.close(1_000)

    const next = startPipeline(pool, { corrections })
    // The commit that finds the minute full may add what it holds.
    expect(await send(next, device, record(300, { a: 1 }))).toMatchObject({ stored: true })
    expect(next.fullMinutes).toBe(1)
    for (const n of [301, 302]) expect(await send(next, device, record(n, { a: 1 }))).toEqual(refused)
    await next.close(1_000)
    await expectRollUps(device)
  })
})

describe('corrections of an organization beyond what may wait', () => {
  it('are refused, and new samples are stored; others may correct theirs', async () => {
    const [device] = (await makeDevices(database.pool, 1)) as [SourceDevice]
    const [other] = (await makeDevices(database.pool, 1)) as [SourceDevice]
    const backlog = new CorrectionBacklog(3)
    const pipeline = startPipeline(pool, { backlog })
    const records = (value: number) =>
      Array.from({ length: 4 }, (_, n) => ({ ts: minuteMs + n * 60_000, values: { a: value } }))
    for (const source of [device, other]) await send(pipeline, source, records(1))
    expect(await send(pipeline, device, records(2))).toMatchObject({ stored: true })
    expect(await send(pipeline, device, records(3))).toMatchObject({
      stored: false,
      refusal: { code: 'too_many_corrections' },
    })
    // The same values again correct nothing.
    expect(await send(pipeline, device, records(2))).toMatchObject({ stored: true })
    expect(await send(pipeline, device, { ts: minuteMs + 5_000, values: { a: 5 } })).toMatchObject({
      stored: true,
    })
    expect(await send(pipeline, other, records(2))).toMatchObject({ stored: true })
    const worker = new CorrectionWorker({ pool, backlog, limits })
    worker.start()
    await eventually(async () => expect(await stale()).toBe(0))
    await worker.close()
    expect(await send(pipeline, device, records(3))).toMatchObject({ stored: true })
    await pipeline.close(1_000)
  })
})
