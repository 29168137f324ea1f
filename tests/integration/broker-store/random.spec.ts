import {
  type Change,
  MemoryPersistence,
  type Persistence,
  type Qos,
  type StoredMessage,
  type StoredRetained,
  type StoredSubscription,
  type StoredWill,
} from '@heliograph/broker'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { PostgresPersistence } from '../../../apps/api/src/messaging/broker-store/postgres-persistence.js'
import { createDatabase, type TestDatabase } from '../../support/database.js'
import { emptyStore, rowCounts } from './store.js'

let database: TestDatabase

beforeAll(async () => {
  database = await createDatabase()
})
afterAll(() => database?.drop())

/** The same numbers for the same seed (mulberry32, Tommy Ettinger, public domain). */
function randomFrom(seed: number): (below: number) => number {
  let state = seed
  return (below) => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * below)
  }
}

/** Changes as a broker makes them, of a few sessions and topics, so that they meet often. */
class Changes {
  readonly #random: (below: number) => number
  readonly #sequences = new Map<string, number>()

  constructor(seed: number) {
    this.#random = randomFrom(seed)
  }

  write(): Change[] {
    const shared = this.#message()
    return Array.from({ length: 1 + this.#random(6) }, () => this.#changes(shared)).flat()
  }

  #named() {
    const name = () => `o${this.#random(3)}`
    const expiryMs = this.#random(2) === 0 ? 0xffffffff * 1_000 : this.#random(1_000)
    return { owner: name(), account: { owner: name(), group: name() }, expiryMs }
  }

  #changes(shared: StoredMessage): Change[] {
    const sessionId = `s${this.#random(4)}`
    const known = this.#sequences.get(sessionId)
    if (known === undefined) {
      this.#sequences.set(sessionId, 0)
      return [{ kind: 'session', sessionId, ...this.#named(), offlineSince: 0 }]
    }
    const sequence = Math.max(1, known - this.#random(4))
    const packetId = 1 + this.#random(5)
    const filter = `f${this.#random(3)}`
    const topic = `t${this.#random(3)}`
    switch (this.#random(15)) {
      case 0:
        this.#sequences.delete(sessionId)
        return [{ kind: 'session_removed', sessionId }]
      case 1:
        return [
          {
            ...{ kind: 'session', sessionId, ...this.#named() },
            offlineSince: this.#random(1000),
          },
        ]
      case 2:
        return [{ kind: 'subscription', sessionId, filter, ...this.#options() }]
      case 3:
        return [{ kind: 'subscription_removed', sessionId, filter }]
      case 4:
        return [{ kind: 'inbound', sessionId, packetId }]
      case 5:
        return [{ kind: 'inbound_removed', sessionId, packetId }]
      case 6:
        return [{ kind: 'retained', message: { ...this.#message(), topic }, ...this.#retainer() }]
      case 7:
        return [{ kind: 'retained_removed', topic }]
      case 8:
        return [{ kind: 'sent', sessionId, sequence, packetId }]
      case 9:
        return [{ kind: 'released', sessionId, sequence }]
      case 12:
        return [{ kind: 'will', sessionId, will: this.#will() }]
      case 10:
      case 11:
        return [{ kind: 'dequeued', sessionId, sequence }]
      default:
        return Array.from(this.#sequences.keys(), (id) => this.#queued(id, shared))
    }
  }

  #options(): Omit<StoredSubscription, 'filter'> {
    const flags = this.#random(4)
    const identifier = this.#random(2) === 0 ? 0 : 1 + this.#random(268_435_455)
    return { qos: this.#random(3) as Qos, noLocal: flags > 1, retainAsPublished: flags % 2 === 1, identifier }
  }

  #will(): StoredWill | null {
    if (this.#random(3) === 0) return null
    const { topic, payload, qos } = this.#message()
    const message = { topic, payload, qos, retain: this.#random(2) === 0, expirySeconds: this.#random(9) - 1 }
    const properties = this.#random(2) === 0 ? null : Buffer.from([1, 1])
    return { clientId: `c${this.#random(9)}`, ...message, delaySeconds: this.#random(2 ** 31), properties }
  }

  #queued(sessionId: string, shared: StoredMessage): Change {
    const sequence = (this.#sequences.get(sessionId) ?? 0) + 1
    this.#sequences.set(sessionId, sequence)
    const message = this.#random(2) === 0 ? shared : this.#message()
    const qos = this.#random(2) === 0 ? 1 : 2
    const identifiers = Array.from({ length: this.#random(3) }, () => 1 + this.#random(268_435_455))
    const state = { retain: false, identifiers, packetId: 0, released: false }
    return { kind: 'queued', sessionId, sequence, message, qos, ...state }
  }

  #retainer(): Pick<StoredRetained, 'account' | 'retainedAt'> {
    const account = this.#random(2) === 0 ? null : { owner: `o${this.#random(3)}`, group: 'g' }
    return { account, retainedAt: this.#random(1000) }
  }

  #properties(): StoredMessage['properties'] {
    const encoded = this.#random(2) === 0 ? null : Buffer.from([1, this.#random(2)])
    const expiresAt = this.#random(2) === 0 ? null : this.#random(2_000_000_000) * 1_000
    return encoded === null && expiresAt === null ? null : { encoded, expiresAt }
  }

  #message(): StoredMessage {
    const payload = Buffer.from(Array.from({ length: this.#random(20) }, () => this.#random(256)))
    return { topic: `m${this.#random(9)}`, payload, qos: 1, properties: this.#properties() }
  }
}

function fields({ topic, payload, qos, properties }: StoredMessage): unknown[] {
  const encoded = properties?.encoded?.toString('hex') ?? null
  return [topic, payload.toString('hex'), qos, properties && [encoded, properties.expiresAt]]
}

/** All that a store hands over, in one order. */
async function contents(store: Persistence): Promise<string[]> {
  const found: string[] = []
  await store.load({
    session: ({ subscriptions, inbound, will, ...session }) => {
      const { sessionId, owner, account, offlineSince, expiryMs } = session
      const filters = subscriptions
        .map((of) => [of.filter, of.qos, of.noLocal, of.retainAsPublished, of.identifier].join(' '))
        .sort()
      found.push(
        JSON.stringify([
          ...['session', sessionId, owner, account, offlineSince, expiryMs, filters, [...inbound].sort()],
          will && [
            ...[will.clientId, will.topic, will.payload.toString('hex'), will.qos, will.retain],
            ...[will.delaySeconds, will.expirySeconds, will.properties?.toString('hex') ?? null],
          ],
        ]),
      )
    },
    entry: ({ sessionId, sequence, message, qos, identifiers, packetId, released }) =>
      found.push(
        JSON.stringify([
          ...['entry', sessionId, String(sequence).padStart(9, '0'), ...fields(message)],
          ...[qos, identifiers, packetId, released],
        ]),
      ),
    retained: ({ message, account, retainedAt }) =>
      found.push(JSON.stringify(['retained', ...fields(message), account, retainedAt])),
  })
  return found.sort()
}

it.each(Array.from({ length: 20 }, (_, seed) => seed))(
  'is, after any changes, what the store in memory is (seed %i)',
  async (seed) => {
    await emptyStore(database.pool)
    const memory = new MemoryPersistence()
    const store = new PostgresPersistence({ pool: database.pool })
    await contents(store)
    const random = randomFrom(seed + 1_000)
    const changes = new Changes(seed)
    let written: Promise<unknown> = Promise.resolve()
    for (let write = 0; write < 150; write++) {
      const made = changes.write()
      await memory.write(made)
      written = store.write(made)
      // Sometimes alone in its transaction, mostly in company.
      if (random(5) === 0) await written
      else await new Promise(setImmediate)
    }
    await written
    await store.close()
    const again = new PostgresPersistence({ pool: database.pool })
    expect(await contents(again)).toEqual(await contents(memory))
    await again.close()
    const { rows } = await database.pool.query(
      'SELECT id FROM broker.message EXCEPT SELECT message_id FROM broker.entry',
    )
    expect(rows).toEqual([])
    expect((await rowCounts(database.pool)).entry).toBeGreaterThan(0)
  },
)
