import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Pipeline } from '../../../apps/api/src/telemetry/ingest/pipeline.js'
import type { IngestOutcome, SourceDevice } from '../../../apps/api/src/telemetry/samples/sample.js'
import { CorrectionBacklog } from '../../../apps/api/src/telemetry/storage/correction-backlog.js'
import { correctionLimits } from '../../../apps/api/src/telemetry/storage/correction-limits.js'
import { CorrectionWorker } from '../../../apps/api/src/telemetry/storage/correction-worker.js'
import { createDatabase, type TestDatabase } from '../../support/database.js'
import { type Fault, FaultyPool } from './faulty-pool.js'
import { makeDevices, send, startPipeline } from './pipelines.js'
import { plainRollUps, storedRollUps, storedSamples, widths } from './plain-roll-ups.js'

let database: TestDatabase
let pool: FaultyPool

beforeAll(async () => {
  database = await createDatabase()
  pool = new FaultyPool({ connectionString: database.url, max: 6 }, database.pool)
})
afterAll(async () => {
  await pool?.end()
  await database?.drop()
})

/** Rolls up again what corrections made stale, with the faults that are laid out, until nothing is. */
async function drain(): Promise<void> {
  for (;;) {
    const worker = new CorrectionWorker({
      pool,
      backlog: new CorrectionBacklog(1e6),
      limits: correctionLimits.values(),
    })
    const left = await worker.round().catch(() => -1)
    if (left === 0) return
    await database.pool.query('UPDATE telemetry.stale_bucket SET due_at = now()')
  }
}

type Told = IngestOutcome | 'undecided'
type Values = Record<string, unknown>
interface Message {
  device: 0 | 1 | 2
  records: { ts: number; values: Values }[]
}

/** Undecided is what a platform that dies leaves. */
const told = (pipeline: Pipeline, device: SourceDevice, payload: unknown): Promise<Told> =>
  send(pipeline, device, payload).catch(() => 'undecided' as const)

// The last minutes of an hour, of a week and of four weeks, and the first of the next: 26 October 2026, 00:00 UTC.
const edge = Date.UTC(2026, 9, 26)
const ts = fc.oneof(
  fc.integer({ min: -9, max: 9 }).map((step) => edge + step * 20_000),
  fc.integer({ min: -3, max: 3 }).map((step) => edge + step * 1_800_000),
  fc.constantFrom(
    Date.UTC(2010, 0, 1),
    Date.UTC(2010, 0, 1) + 1_000,
    Date.UTC(2019, 10, 4) - 1,
    Date.UTC(2019, 10, 4),
  ),
)
// Halves of small integers add up exactly, in whatever order.
const value = fc.oneof(
  { weight: 4, arbitrary: fc.integer({ min: -20, max: 20 }).map((half) => half / 2) },
  fc.constantFrom<unknown>(true, false, 'on', null, [1], { a: 2 }),
)
const values = fc.dictionary(fc.constantFrom('a', 'b', 'c'), value, { minKeys: 1, maxKeys: 3 })
const message: fc.Arbitrary<Message> = fc.record({
  device: fc.constantFrom<0 | 1 | 2>(0, 1, 2),
  records: fc.array(fc.record({ ts, values }), { minLength: 1, maxLength: 6 }),
})
const step = fc.record({
  messages: fc.array(message, { minLength: 1, maxLength: 6 }),
  /** Some of them come again, as after a lost acknowledgement. */
  again: fc.boolean(),
  faults: fc.array(fc.constantFrom<Fault>('none', 'none', 'before', 'during', 'after'), { maxLength: 8 }),
  platformDies: fc.boolean(),
  rollsUp: fc.boolean(),
})

/** Sends in order; what a dying platform leaves undecided is sent again to the next, as a device would. */
async function deliver(
  pipeline: Pipeline,
  messages: readonly { device: SourceDevice; payload: unknown }[],
  dies: boolean,
): Promise<Pipeline> {
  const deciding = messages.map(({ device, payload }) => told(pipeline, device, payload))
  if (dies) await pipeline.close(0)
  const outcomes = await Promise.all(deciding)
  for (const outcome of outcomes) if (outcome !== 'undecided') expect(outcome).toMatchObject({ stored: true })
  const left = messages.filter((_, index) => outcomes[index] === 'undecided')
  const next = dies ? startPipeline(pool) : pipeline
  return left.length === 0 ? next : deliver(next, left, false)
}

describe('roll-ups', () => {
  it('equal what is computed from the samples, in whatever order they came and whatever failed meanwhile', async () => {
    let struck = 0
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 5 }), async (steps) => {
        const devices = await makeDevices(database.pool, 3)
        const expected = new Map<string, unknown>()
        let pipeline = startPipeline(pool)
        for (const { messages, again, faults, platformDies, rollsUp } of steps) {
          pool.faults.push(...faults)
          // It runs beside the commits, and fails as they do.
          const rolling = rollsUp ? drain() : undefined
          const sent = messages.map(({ device, records }) => ({
            device: devices[device] as SourceDevice,
            payload: records,
          }))
          pipeline = await deliver(pipeline, again ? [...sent, ...sent] : sent, platformDies)
          await rolling
          for (const { device, payload } of sent)
            for (const { ts: at, values: some } of payload)
              for (const [key, one] of Object.entries(some))
                expected.set(`${device.deviceKey} ${key} ${at}`, one)
        }
        pool.faults.length = 0
        await pipeline.close(10_000)
        await drain()
        struck += pool.struck
        pool.struck = 0
        await expectStored(
          devices.map(({ deviceKey }) => deviceKey),
          expected,
        )
      }),
      { numRuns: Number(process.env.ROLL_UP_RUNS ?? 60) },
    )
    expect(struck).toBeGreaterThan(10)
  }, 300_000)
})

async function expectStored(deviceKeys: number[], expected: ReadonlyMap<string, unknown>): Promise<void> {
  const samples = await storedSamples(database.pool, deviceKeys)
  const names = new Map(
    (await database.pool.query<{ id: number; name: string }>('SELECT id, name FROM telemetry.key')).rows.map(
      ({ id, name }) => [id, name],
    ),
  )
  const stored = samples.map(
    ({ deviceKey, keyId, ts: us, number, json }) =>
      [`${deviceKey} ${names.get(keyId)} ${us / 1_000}`, number ?? json] as const,
  )
  expect(new Map(stored)).toEqual(expected)
  expect(stored).toHaveLength(expected.size)
  for (const table of ['minute', 'hour'] as const)
    expect(await storedRollUps(database.pool, table, deviceKeys)).toEqual(
      plainRollUps(samples, widths[table]),
    )
  const { rows } = await database.pool.query(
    `SELECT count(*)::int AS wrong FROM (
       SELECT DISTINCT ON (device_key, key_id) device_key, key_id, ts, number, json FROM telemetry.sample
       WHERE device_key = ANY($1::int[]) ORDER BY device_key, key_id, ts DESC
     ) AS newest FULL JOIN (SELECT * FROM telemetry.latest WHERE device_key = ANY($1::int[])) AS latest
       USING (device_key, key_id)
     WHERE (newest.ts, newest.number, newest.json) IS DISTINCT FROM (latest.ts, latest.number, latest.json)`,
    [deviceKeys],
  )
  expect(rows[0].wrong).toBe(0)
}
