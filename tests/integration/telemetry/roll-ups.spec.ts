import { randomUUID } from 'node:crypto'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ActivityWriter } from '../../../apps/api/src/registry/presence/activity-writer.js'
import { Pipeline } from '../../../apps/api/src/telemetry/ingest/pipeline.js'
import type { IngestOutcome, SourceDevice } from '../../../apps/api/src/telemetry/samples/sample.js'
import { Partitions } from '../../../apps/api/src/telemetry/storage/partitions.js'
import { StoreState } from '../../../apps/api/src/telemetry/storage/store-state.js'
import { createDatabase, type TestDatabase } from '../../support/database.js'
import { type Fault, FaultyPool } from './faulty-pool.js'
import { plainRollUps, storedRollUps, storedSamples, widths } from './plain-roll-ups.js'

let database: TestDatabase
let pool: FaultyPool
let organizationId: number

beforeAll(async () => {
  database = await createDatabase()
  pool = new FaultyPool({ connectionString: database.url, max: 6 }, database.pool)
  const { rows } = await database.pool.query(
    `INSERT INTO organization (slug, name) VALUES ('o', 'O') RETURNING id`,
  )
  organizationId = rows[0].id
})
afterAll(async () => {
  await pool?.end()
  await database?.drop()
})

async function makeDevices(count: number): Promise<SourceDevice[]> {
  const ids = Array.from({ length: count }, () => randomUUID())
  const { rows } = await database.pool.query<{ key: number; id: string }>(
    `INSERT INTO device (organization_id, id, name, updated_at) SELECT $1, id, id, now() FROM unnest($2::text[]) AS id
     RETURNING key, id`,
    [organizationId, ids],
  )
  return rows.map(({ key, id }) => ({ organizationId, organizationSlug: 'o', deviceKey: key, deviceId: id }))
}

/** A platform's ingest: it may die at any time, and the next one knows nothing of it. */
function startPipeline(): Pipeline {
  const activity = new ActivityWriter(pool, () => {})
  return new Pipeline({ pool, partitions: new Partitions(pool), activity, store: new StoreState() })
}

type Told = IngestOutcome | 'undecided'
type Values = Record<string, unknown>
interface Message {
  device: 0 | 1 | 2
  records: { ts: number; values: Values }[]
}

function send(pipeline: Pipeline, device: SourceDevice, payload: unknown): Promise<Told> {
  return new Promise((resolve) => {
    const listener = { delayed() {}, decided: resolve, undecided: () => resolve('undecided') }
    pipeline.ingest(device, Buffer.from(JSON.stringify(payload)), listener, 'acknowledged')
  })
}

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
})

/** Sends in order; what a dying platform leaves undecided is sent again to the next, as a device would. */
async function deliver(
  pipeline: Pipeline,
  messages: readonly { device: SourceDevice; payload: unknown }[],
  dies: boolean,
): Promise<Pipeline> {
  const told = messages.map(({ device, payload }) => send(pipeline, device, payload))
  if (dies) await pipeline.close(0)
  const outcomes = await Promise.all(told)
  for (const outcome of outcomes) if (outcome !== 'undecided') expect(outcome).toMatchObject({ stored: true })
  const left = messages.filter((_, index) => outcomes[index] === 'undecided')
  const next = dies ? startPipeline() : pipeline
  return left.length === 0 ? next : deliver(next, left, false)
}

describe('roll-ups', () => {
  it('equal what is computed from the samples, in whatever order they came and whatever failed meanwhile', async () => {
    let struck = 0
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 5 }), async (steps) => {
        const devices = await makeDevices(3)
        const expected = new Map<string, unknown>()
        let pipeline = startPipeline()
        for (const { messages, again, faults, platformDies } of steps) {
          pool.faults.push(...faults)
          const sent = messages.map(({ device, records }) => ({
            device: devices[device] as SourceDevice,
            payload: records,
          }))
          pipeline = await deliver(pipeline, again ? [...sent, ...sent] : sent, platformDies)
          for (const { device, payload } of sent)
            for (const { ts: at, values: some } of payload)
              for (const [key, one] of Object.entries(some))
                expected.set(`${device.deviceKey} ${key} ${at}`, one)
        }
        pool.faults.length = 0
        await pipeline.close(10_000)
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
