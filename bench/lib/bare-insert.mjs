// Inserts rows as fast as PostgreSQL takes them from this machine: the api's own statement and batch size, two
// connections, and nothing else. Usage: node bare-insert.mjs SECONDS [ROWS_PER_BATCH], with DATABASE_URL.
import pg from 'pg'
import { insertBatch } from '../../apps/api/dist/ingest/insert-batch.js'
import { valuesPerMessage } from './payloads.mjs'

const connections = 2
const [seconds, rowsPerBatch = 5_000] = process.argv.slice(2).map(Number)
const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL, max: connections })
const devices = await column('SELECT key AS value FROM device ORDER BY key LIMIT 50')
const names = Array.from({ length: valuesPerMessage }, (_, index) => `bare-${index}`)
await pool.query('INSERT INTO telemetry.key (name) SELECT unnest($1::text[]) ON CONFLICT DO NOTHING', [names])
const keyIds = await column(
  'SELECT id AS value FROM telemetry.key WHERE name = ANY($1::text[]) ORDER BY id',
  [names],
)

let inserted = 0
let tsUs = Date.now() * 1_000
const startedAt = performance.now()
const endsAt = startedAt + seconds * 1_000
await Promise.all(Array.from({ length: connections }, (_, index) => insertUntilEnd(index)))
console.log(
  JSON.stringify({ rows: inserted, rows_per_s: inserted / ((performance.now() - startedAt) / 1_000) }),
)
await pool.end()

/** Every connection has devices of its own, as the api's lanes do: two batches never wait for the same row. */
async function insertUntilEnd(connection) {
  const own = devices.filter((_, index) => index % connections === connection)
  while (performance.now() < endsAt) {
    const rows = makeBatch(own)
    await insertBatch(pool, own, rows, new Map())
    inserted += rows.length
  }
}

/** Messages of three values, in the order of the primary key. */
function makeBatch(own) {
  const messagesEach = Math.max(1, Math.round(rowsPerBatch / own.length / keyIds.length))
  const rows = own.flatMap((deviceKey) =>
    keyIds.flatMap((keyId) =>
      Array.from({ length: messagesEach }, (_, index) => ({
        deviceKey,
        keyId,
        tsUs: tsUs + index,
        number: 20 + Math.random(),
        json: null,
        newest: index === messagesEach - 1,
      })),
    ),
  )
  tsUs += messagesEach
  return rows
}

async function column(sql, parameters) {
  const { rows } = await pool.query(sql, parameters)
  return rows.map(({ value }) => value)
}
