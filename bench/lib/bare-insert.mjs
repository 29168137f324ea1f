// Inserts rows and their roll-ups as fast as PostgreSQL takes them from this machine: the api's own statement (UNNEST of
// binary arrays) and batch size, two connections, and nothing else. Usage: node bare-insert.mjs SECONDS [ROWS_PER_BATCH], with DATABASE_URL.
import pg from 'pg'
import { Columns } from '../../apps/api/dist/telemetry/samples/columns.js'
import { encodeBatch } from '../../apps/api/dist/telemetry/storage/encode-batch.js'
import { insertBatch } from '../../apps/api/dist/telemetry/storage/insert-batch.js'
import { Partitions } from '../../apps/api/dist/telemetry/storage/partitions.js'
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

await new Partitions(pool).ahead(Date.now())
let inserted = 0
let tsUs = Date.now() * 1_000
const startedAt = performance.now()
const endsAt = startedAt + seconds * 1_000
await Promise.all(Array.from({ length: connections }, (_, index) => insertUntilEnd(index)))
console.log(
  JSON.stringify({ rows: inserted, rows_per_s: inserted / ((performance.now() - startedAt) / 1_000) }),
)
await pool.end()

/** Every connection has devices of its own, as the api's commit queues do: two batches never wait for the same row. */
async function insertUntilEnd(connection) {
  const own = devices.filter((_, index) => index % connections === connection)
  while (performance.now() < endsAt) {
    const batch = makeBatch(own)
    const { allFresh } = await insertBatch(pool, own, batch, [])
    if (!allFresh) throw new Error('a row was there before')
    inserted += batch.rows
  }
}

/** Messages of three values, in the order of the primary key. */
function makeBatch(own) {
  const messagesEach = Math.max(1, Math.round(rowsPerBatch / own.length / keyIds.length))
  const columns = new Columns()
  const series = own.flatMap((deviceKey) =>
    keyIds.map((keyId) => {
      const first = columns.length
      for (let index = 0; index < messagesEach; index++)
        columns.push('', tsUs + index, 20 + Math.random(), null)
      return { deviceKey, keyId, rows: Array.from({ length: messagesEach }, (_, index) => first + index) }
    }),
  )
  tsUs += messagesEach
  return encodeBatch(series, columns)
}

async function column(sql, parameters) {
  const { rows } = await pool.query(sql, parameters)
  return rows.map(({ value }) => value)
}
