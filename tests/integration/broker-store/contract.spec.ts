import type { Persistence } from '@heliograph/broker'
import { persistenceContract } from '@heliograph/broker/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { PostgresPersistence } from '../../../apps/api/src/messaging/broker-store/postgres-persistence.js'
import { createDatabase, type TestDatabase } from '../../support/database.js'
import { emptyStore, rowCounts } from './store.js'

let database: TestDatabase
const abandoned: Persistence[] = []

beforeAll(async () => {
  database = await createDatabase()
})
afterAll(async () => {
  await Promise.all(abandoned.map((store) => store.close()))
  await database?.drop()
})

async function open(how: 'fresh' | 'again'): Promise<PostgresPersistence> {
  for (const store of abandoned.splice(0)) await store.close()
  if (how === 'fresh') await emptyStore(database.pool)
  const store = new PostgresPersistence({ pool: database.pool })
  abandoned.push(store)
  return store
}

const nobody = { session() {}, entry() {}, retained() {} }

describe('the store in PostgreSQL', () => {
  for (const { name, run } of persistenceContract) it(name, () => run(open))

  it('keeps a message of many sessions once, until the last one has it', async () => {
    const store = await open('fresh')
    await store.load(nobody)
    const message = { topic: 't', payload: Buffer.from('to all'), qos: 1 as const, properties: null }
    const receivers = ['a', 'b', 'c']
    const entry = {
      ...{
        sequence: 1,
        message,
        qos: 1 as const,
        retain: false,
        identifiers: [],
        packetId: 0,
        released: false,
      },
    }
    await store.write([
      ...receivers.map((sessionId) => ({
        kind: 'session' as const,
        sessionId,
        owner: '',
        account: { owner: '', group: '' },
        offlineSince: 1,
        expiryMs: 1,
      })),
      ...receivers.map((sessionId) => ({ kind: 'queued' as const, sessionId, ...entry })),
    ])
    expect(await rowCounts(database.pool)).toMatchObject({ session: 3, entry: 3, message: 1 })
    await store.write([
      { kind: 'dequeued', sessionId: 'a', sequence: 1 },
      { kind: 'session_removed', sessionId: 'b' },
    ])
    expect(await rowCounts(database.pool)).toMatchObject({ session: 2, entry: 1, message: 1 })
    await store.write([{ kind: 'dequeued', sessionId: 'c', sequence: 1 }])
    expect(await rowCounts(database.pool)).toMatchObject({ entry: 0, message: 0 })
  })

  it('numbers shared messages above those from before a restart', async () => {
    const message = (topic: string) => ({
      ...{ topic, payload: Buffer.from(topic), qos: 1 as const, properties: null },
    })
    const queue = async (store: Persistence, sequence: number, topic: string) => {
      const shared = message(topic)
      const entry = {
        sequence,
        message: shared,
        qos: 1 as const,
        retain: false,
        identifiers: [],
        packetId: 0,
        released: false,
      }
      await store.write(
        ['a', 'b'].flatMap((sessionId) => [
          {
            kind: 'session' as const,
            sessionId,
            owner: '',
            account: { owner: '', group: '' },
            offlineSince: 1,
            expiryMs: 1,
          },
          { kind: 'queued' as const, sessionId, ...entry },
        ]),
      )
    }
    const before = await open('fresh')
    await before.load(nobody)
    await queue(before, 1, 'before')
    const after = await open('again')
    await after.load(nobody)
    await queue(after, 2, 'after')
    const topics: string[] = []
    await (await open('again')).load({ ...nobody, entry: ({ message }) => topics.push(message.topic) })
    expect(topics).toEqual(['before', 'after', 'before', 'after'])
  })

  it('does not keep retained messages that it is told not to', async () => {
    await open('fresh')
    const store = new PostgresPersistence({
      pool: database.pool,
      keepsRetained: (topic) => topic !== 'other',
    })
    abandoned.push(store)
    await store.load(nobody)
    const retained = (topic: string) => ({
      kind: 'retained' as const,
      message: { topic, payload: Buffer.from('x'), qos: 0 as const, properties: null },
      account: null,
      retainedAt: 1,
    })
    await store.write([retained('other')])
    await store.write([retained('other'), retained('own'), { kind: 'retained_removed', topic: 'other' }])
    const { rows } = await database.pool.query('SELECT topic FROM broker.retained')
    expect(rows).toEqual([{ topic: 'own' }])
  })
})
