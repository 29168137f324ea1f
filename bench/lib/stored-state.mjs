import fs from 'node:fs'
import pg from 'pg'
import { PostgresPersistence } from '../../apps/api/dist/messaging/broker-store/postgres-persistence.js'
import { apiRole } from '../../scripts/database/api-role.mjs'
import { startEmbeddedPostgres } from '../../scripts/database/embedded-postgres.mjs'
import { migrate } from '../../scripts/database/migrate.mjs'
import { inScratch } from './scratch.mjs'

const sessionsInWrite = 5_000
export const payloadBytes = 64
/** The filter that every retained message matches, and the bytes that one takes as a PUBLISH of QoS 0. */
export const keptFilter = 'kept/#'
export const keptPacketBytes = 2 + 2 + keptTopic(0).length + payloadBytes

/**
 * The embedded PostgreSQL with its usual settings and two databases of the platform: one whose broker has stored nothing,
 * and one with so many sessions, each with a subscription and a message that waits for it, and so many retained messages.
 */
export async function makeStores(counts) {
  const directory = fs.mkdtempSync(inScratch('sessions-'))
  const postgres = await startEmbeddedPostgres({ dataDir: directory })
  const empty = postgres.url
  await migrate(empty)
  await withPool(postgres.adminUrl, (pool) => pool.query(`CREATE DATABASE filled OWNER ${apiRole}`))
  const filled = named(empty, 'filled')
  await migrate(filled)
  await withPool(filled, (pool) => fill(pool, counts))
  return {
    empty,
    filled,
    /** Of PostgreSQL, whose children serve the brokers. */
    pid: postgres.pid,
    async dispose() {
      await postgres.stop()
      fs.rmSync(directory, { recursive: true, force: true })
      if (postgres.home !== directory) fs.rmSync(postgres.home, { recursive: true, force: true })
    },
  }
}

/** Writes through the store, as a broker does. */
async function fill(pool, { sessions, retained }) {
  const store = new PostgresPersistence({ pool })
  await store.load({ session() {}, entry() {}, retained() {} })
  const most = Math.max(sessions, retained)
  for (let from = 0; from < most; from += sessionsInWrite) {
    const numbers = Array.from({ length: Math.min(sessionsInWrite, most - from) }, (_, i) => from + i)
    await store.write([
      ...numbers.filter((i) => i < sessions).flatMap(storedSession),
      ...numbers
        .filter((i) => i < retained)
        .map((i) => ({ kind: 'retained', message: message(keptTopic(i)), account: null, retainedAt: i })),
    ])
  }
  await store.close()
  await pool.query('ANALYZE')
}

function storedSession(i) {
  const sessionId = `stored-${i}`
  return [
    {
      kind: 'session',
      sessionId,
      owner: sessionId,
      account: { owner: sessionId, group: '' },
      offlineSince: Date.now(),
      expiryMs: 7 * 24 * 60 * 60 * 1_000,
    },
    { kind: 'subscription', sessionId, filter: `own/${i}/#`, qos: 1, ...plainOptions },
    {
      kind: 'queued',
      ...{ sessionId, sequence: 1, message: message(`own/${i}/x`), qos: 1, retain: false, packetId: 0 },
      released: false,
    },
  ]
}

const plainOptions = { noLocal: false, retainAsPublished: false, identifier: 0 }

function message(topic) {
  return { topic, payload: Buffer.alloc(payloadBytes, 'x'), qos: 1 }
}

/** All of one length, so that what arrives can be counted by its bytes. */
function keptTopic(i) {
  return `kept/${String(i).padStart(7, '0')}/state`
}

function named(url, database) {
  const other = new URL(url)
  other.pathname = `/${database}`
  return other.href
}

async function withPool(connectionString, work) {
  const pool = new pg.Pool({ connectionString, max: 2 })
  try {
    await work(pool)
  } finally {
    await pool.end()
  }
}
