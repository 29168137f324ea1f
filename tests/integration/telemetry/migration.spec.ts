import pg from 'pg'
import { expect, it } from 'vitest'
import { readMigrations } from '../../../scripts/database/migrations.mjs'
import { createEmptyDatabase } from '../../support/database.js'
import { plainRollUps, type StoredSample, storedRollUps, storedSamples, widths } from './plain-roll-ups.js'

const partitioning = '20261122170000_telemetry_partitions'

/** Samples of two devices over three weeks, and of long ago; numbers and others. */
const samples: StoredSample[] = Array.from({ length: 2_000 }, (_, n) => ({
  deviceKey: 1 + (n % 2),
  keyId: 1 + (n % 3),
  ts: n % 97 === 0 ? n * 1_000 : 1_760_000_000_000_000 + n * 907_000_000,
  number: n % 5 === 0 ? null : (n % 41) / 2,
  json: n % 5 === 0 ? { n } : null,
}))

it('samples from before there were partitions are moved into them, and rolled up', async () => {
  const database = await createEmptyDatabase()
  const pool = new pg.Pool({ connectionString: database.url, max: 1 })
  try {
    for (const { name, sql } of await readMigrations()) {
      if (name === partitioning) await insert(pool)
      await pool.query(sql)
      if (name === partitioning) break
    }
    const moved = await storedSamples(pool, [1, 2])
    expect(moved).toHaveLength(samples.length)
    expect(moved).toEqual(expect.arrayContaining(samples.slice(0, 50)))
    for (const table of ['minute', 'hour'] as const)
      expect(await storedRollUps(pool, table, [1, 2])).toEqual(plainRollUps(samples, widths[table]))
    const { rows } = await pool.query(
      `SELECT count(*)::int AS count FROM pg_inherits WHERE inhparent = 'telemetry.sample'::regclass`,
    )
    expect(rows[0].count).toBeGreaterThan(3)
    expect(
      (await pool.query(`SELECT to_regclass('telemetry.sample_before') AS left`)).rows[0].left,
    ).toBeNull()
  } finally {
    await pool.end()
    await database.drop()
  }
})

async function insert(pool: pg.Pool): Promise<void> {
  await pool.query(
    `INSERT INTO telemetry.sample SELECT * FROM unnest($1::int[], $2::int[], $3::bigint[], $4::float8[], $5::jsonb[])`,
    [
      samples.map(({ deviceKey }) => deviceKey),
      samples.map(({ keyId }) => keyId),
      samples.map(({ ts }) => ts),
      samples.map(({ number }) => number),
      samples.map(({ json }) => (json === null ? null : JSON.stringify(json))),
    ],
  )
}
