import type { Change } from '@heliograph/broker'
import pg from 'pg'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  PostgresPersistence,
  type PostgresPersistenceOptions,
} from '../../../apps/api/src/messaging/broker-store/postgres-persistence.js'
import { OwnPostgres } from '../telemetry/own-postgres.js'
import { rowCounts } from './store.js'

let postgres: OwnPostgres
let pool: pg.Pool
let store: PostgresPersistence

beforeEach(async () => {
  postgres = await OwnPostgres.start()
})
afterEach(async () => {
  await store?.close()
  await pool?.end()
  await postgres?.remove()
})

/** Starts a store; the promise resolves when an attempt to write failed for the first time. */
async function start(
  options: Partial<PostgresPersistenceOptions> = {},
): Promise<{ firstFailure: Promise<void> }> {
  pool = new pg.Pool({ connectionString: postgres.url })
  pool.on('error', () => {})
  let onFailure = () => {}
  const firstFailure = new Promise<void>((resolve) => {
    onFailure = resolve
  })
  store = new PostgresPersistence({ pool, onFailure, ...options })
  await store.load({ session() {}, entry() {}, retained() {} })
  return { firstFailure }
}

const session = (sessionId: string): Change => ({
  kind: 'session',
  sessionId,
  owner: '',
  account: { owner: '', group: '' },
  offlineSince: 1,
  expiryMs: 1,
})

function queued(sequence: number, bytes = 10): Change {
  const message = { topic: 't', payload: Buffer.alloc(bytes), qos: 1 as const, properties: null }
  return {
    ...{ kind: 'queued', sessionId: 's', sequence, message, qos: 1 },
    ...{ retain: false, identifiers: [], packetId: 0, released: false },
  }
}

async function sequences(): Promise<number[]> {
  const { rows } = await pool.query<{ sequence: string }>(
    'SELECT sequence FROM broker.entry ORDER BY sequence',
  )
  return rows.map(({ sequence }) => Number(sequence))
}

describe('while the database is away', () => {
  it('waits, and continues by itself', async () => {
    const { firstFailure } = await start()
    await store.write([session('s'), queued(1)])
    await postgres.crash()
    const waiting = [store.write([queued(2)])]
    await firstFailure
    waiting.push(store.write([{ kind: 'dequeued', sessionId: 's', sequence: 1 }]), store.write([queued(3)]))
    await postgres.startAgain()
    await Promise.all(waiting)
    expect(await sequences()).toEqual([2, 3])
  })

  it('tells the callers in order that it gave up when that takes too long, and stores the changes all the same', async () => {
    await start({ giveUpAfterMs: 1 })
    await store.write([session('s'), queued(1)])
    await postgres.crash()
    const outcomes: string[] = []
    const write = (name: string, change: Change) =>
      store.write([change]).catch(() => outcomes.push(`${name} given up`))
    await Promise.all([write('2', queued(2)), write('3', queued(3))])
    await write('gone', { kind: 'dequeued', sessionId: 's', sequence: 1 })
    expect(outcomes).toEqual(['2 given up', '3 given up', 'gone given up'])
    await postgres.startAgain()
    await store.write([queued(4)]).catch(() => undefined)
    await expect.poll(sequences, { timeout: 30_000 }).toEqual([2, 3, 4])
  })

  it('gives up at once when too much waits, and takes new writes when there is room', async () => {
    const { firstFailure } = await start({ giveUpAboveBytes: 100_000 })
    await store.write([session('s')])
    await postgres.crash()
    const first = store.write([queued(1)])
    await firstFailure
    const many = Array.from({ length: 20 }, (_, index) => store.write([queued(index + 2, 10_000)]))
    const outcomes = await Promise.allSettled([first, ...many])
    expect(outcomes.filter(({ status }) => status === 'rejected').length).toBeGreaterThan(10)
    await Promise.all([
      postgres.startAgain(),
      // Delivered meanwhile: makes room, though nothing could be stored yet.
      store.write(
        Array.from({ length: 19 }, (_, index) => ({ kind: 'dequeued', sessionId: 's', sequence: index + 2 })),
      ),
    ])
    await store.write([queued(22)])
    expect(await sequences()).toEqual([1, 21, 22])
  })

  it('keeps the order while the database does not answer', async () => {
    await start()
    await store.write([session('s'), queued(1)])
    postgres.freeze()
    const write = store.write([queued(2)])
    await new Promise(setImmediate)
    const gone = store.write([
      { kind: 'dequeued', sessionId: 's', sequence: 1 },
      { kind: 'dequeued', sessionId: 's', sequence: 2 },
    ])
    postgres.thaw()
    await Promise.all([write, gone])
    expect(await rowCounts(pool)).toMatchObject({ session: 1, entry: 0 })
  })

  it('closes within a moment, whatever waits', async () => {
    const { firstFailure } = await start()
    await postgres.crash()
    const write = store.write([session('s')]).then(
      () => 'stored',
      () => 'given up',
    )
    await firstFailure
    await store.close()
    expect(await write).toBe('given up')
    await postgres.startAgain()
  })
})
