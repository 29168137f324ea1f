import { deepStrictEqual } from 'node:assert/strict'
import type {
  Change,
  Persistence,
  QuotaAccount,
  StoredEntry,
  StoredMessage,
  StoredRetained,
  StoredSession,
  StoredSubscription,
  StoredWill,
} from '../interface/persistence.js'

/** Opens the store under test: empty with `fresh`, else with the data that an earlier one left, as after a crash. */
export type OpenPersistence = (how: 'fresh' | 'again') => Promise<Persistence>

/**
 * What every `Persistence` must do, for any test runner:
 *
 * ```ts
 * for (const { name, run } of persistenceContract) it(name, () => run(open))
 * ```
 *
 * Only the cases that say so close the store; the others abandon it, as a crash does.
 */
export const persistenceContract: readonly { name: string; run(open: OpenPersistence): Promise<void> }[] = [
  {
    name: 'has nothing at first',
    run: async (open) => deepStrictEqual(await read(await open('fresh')), nothing),
  },
  {
    name: 'keeps a session with its subscriptions and inbound ids',
    run: async (open) => {
      const options = { noLocal: true, retainAsPublished: true, identifier: 268_435_455 }
      const after = await written(open, [
        session('a', 0),
        subscribed('a', 'x/+', { qos: 1, ...options }),
        subscribed('a', 'ü/#', { qos: 2, ...options }),
        subscribed('a', 'gone', { qos: 0 }),
        { kind: 'inbound', sessionId: 'a', packetId: 65_535 },
        { kind: 'inbound', sessionId: 'a', packetId: 7 },
        session('a', 1_700_000_000_123),
        subscribed('a', 'x/+', { qos: 2 }),
        { kind: 'subscription_removed', sessionId: 'a', filter: 'gone' },
        { kind: 'inbound_removed', sessionId: 'a', packetId: 7 },
      ])
      const subscriptions = [
        { filter: 'x/+', qos: 2 as const, ...plainOptions },
        { filter: 'ü/#', qos: 2 as const, ...options },
      ]
      const named = { sessionId: 'a', owner: 'owner of a', account: accountOf('a') }
      const state = { ...named, offlineSince: 1_700_000_000_123, expiryMs }
      const kept = { ...state, subscriptions, inbound: [65_535], will: null }
      deepStrictEqual(after, { ...nothing, sessions: [kept], order: ['a'] })
    },
  },
  {
    name: 'keeps the expiry of a session, as it was written last',
    run: async (open) => {
      const longest = 0xffffffff * 1_000
      const after = await written(open, [
        { ...session('short', 1), expiryMs: 0 },
        session('long', 2),
        { ...session('long', 3), expiryMs: longest },
      ])
      deepStrictEqual(
        after.sessions.map(({ sessionId, expiryMs }) => [sessionId, expiryMs]),
        [
          ['long', longest],
          ['short', 0],
        ],
      )
    },
  },
  {
    name: 'keeps the last will of a session, until it is removed, or its session',
    run: async (open) => {
      const properties = Buffer.from([1, 1, 38, 0, 1, 97, 0, 1, 98])
      const last = { ...will('a'), properties, payload: Buffer.from([0, 255]), expirySeconds: 0xffffffff }
      const after = await written(
        open,
        ['a', 'b', 'c', 'd'].flatMap((id) => [session(id, 5), { ...left(will(id)), sessionId: id }]),
        [
          { ...left(last), sessionId: 'a' },
          { ...left(null), sessionId: 'b' },
          { kind: 'session_removed', sessionId: 'c' },
          session('c', 6),
          session('d', 7),
          { ...left(null), sessionId: 'nobody' },
        ],
      )
      deepStrictEqual(
        after.sessions.flatMap(({ sessionId, will }) => (sessionId === 'nobody' ? [] : [[sessionId, will]])),
        [
          ['a', last],
          ['b', null],
          ['c', null],
          ['d', will('d')],
        ],
      )
    },
  },
  {
    name: 'hands over the sessions that were connected last first',
    run: async (open) => {
      const after = await written(open, [
        session('connected', 0),
        session('long gone', 1_000),
        session('gone', 3_000),
        session('back', 2_000),
        session('back', 4_000),
      ])
      deepStrictEqual(after.order, ['connected', 'back', 'gone', 'long gone'])
    },
  },
  {
    name: 'keeps entries with their state, in the order of their sequence',
    run: async (open) => {
      const after = await written(open, [
        session('a', 0),
        queued('a', 3, { packetId: 9 }),
        queued('a', 1, { qos: 2, retain: true }),
        queued('a', 2, { qos: 2, packetId: 8 }),
        queued('a', 10, {}),
        { kind: 'sent', sessionId: 'a', sequence: 1, packetId: 5 },
        { kind: 'released', sessionId: 'a', sequence: 2 },
        { kind: 'dequeued', sessionId: 'a', sequence: 3 },
      ])
      deepStrictEqual(
        after.entries.map(({ sequence, qos, retain, packetId, released }) => [
          ...[sequence, qos, retain, packetId, released],
        ]),
        [
          [1, 2, true, 5, false],
          [2, 2, false, 8, true],
          [10, 1, false, 0, false],
        ],
      )
      deepStrictEqual(after.entries[0]?.message, message('t/1'))
    },
  },
  {
    name: 'keeps payloads exactly, empty and large ones, for every session that got them',
    run: async (open) => {
      const shared: StoredMessage = { topic: 'all', payload: Buffer.from([0, 255, 128, 13, 10]), qos: 2 }
      const large: StoredMessage = { topic: 'large', payload: Buffer.alloc(300_000, 7), qos: 1 }
      const empty: StoredMessage = { topic: 'empty', payload: Buffer.alloc(0), qos: 1 }
      const after = await written(open, [
        ...['a', 'b'].flatMap((id) => [
          session(id, 0),
          queued(id, 1, { message: shared }),
          queued(id, 2, { message: large }),
          queued(id, 3, { message: empty }),
        ]),
        { kind: 'dequeued', sessionId: 'a', sequence: 1 },
      ])
      deepStrictEqual(
        after.entries.map(({ sessionId, message }) => [sessionId, message]),
        [
          ['a', large],
          ['a', empty],
          ['b', shared],
          ['b', large],
          ['b', empty],
        ],
      )
    },
  },
  {
    name: 'forgets everything of a removed session, and nothing of another',
    run: async (open) => {
      const of = (sessionId: string): Change[] => [
        session(sessionId, 5),
        subscribed(sessionId, 'x', {}),
        { kind: 'inbound', sessionId, packetId: 1 },
        queued(sessionId, 1, {}),
      ]
      const after = await written(open, [
        ...of('a'),
        ...of('b'),
        { kind: 'session_removed', sessionId: 'a' },
        session('a', 6),
      ])
      deepStrictEqual(
        after.sessions.map(({ sessionId, subscriptions, inbound }) => [
          ...[sessionId, subscriptions.length, inbound.length],
        ]),
        [
          ['a', 0, 0],
          ['b', 1, 1],
        ],
      )
      deepStrictEqual(
        after.entries.map(({ sessionId }) => sessionId),
        ['b'],
      )
    },
  },
  {
    name: 'keeps the last retained message of a topic',
    run: async (open) => {
      const retained = (topic: string, text: string): Change => ({
        kind: 'retained',
        message: { topic, payload: Buffer.from(text), qos: 1 },
        account: { owner: `owner of ${text}`, group: 'g' },
        retainedAt: 1_700_000_000_123,
      })
      const after = await written(open, [
        retained('b', 'old'),
        retained('a', 'gone'),
        retained('b', 'new'),
        { kind: 'retained_removed', topic: 'a' },
      ])
      deepStrictEqual(after, {
        ...nothing,
        retained: [
          {
            message: { topic: 'b', payload: Buffer.from('new'), qos: 1 },
            account: { owner: 'owner of new', group: 'g' },
            retainedAt: 1_700_000_000_123,
          },
        ],
      })
    },
  },
  {
    name: 'loads the newest retained messages first, with or without an account',
    run: async (open) => {
      const account = { owner: '', group: 'ü' }
      const times = [3, 1, 2]
      const { retained } = await written(
        open,
        times.map((at) => retainedAt(`t/${at}`, at)),
        [retainedAt('t/4', 4, account), retainedAt('t/1', 5)],
      )
      deepStrictEqual(
        retained.map(({ message, retainedAt, account }) => [message.topic, retainedAt, account]),
        [
          ['t/1', 5, null],
          ['t/4', 4, account],
          ['t/3', 3, null],
          ['t/2', 2, null],
        ],
      )
    },
  },
  {
    name: 'takes a change twice, and the removal of what is not there',
    run: async (open) => {
      const changes: Change[] = [
        session('a', 1),
        subscribed('a', 'x', { qos: 1 }),
        queued('a', 1, {}),
        retainedAt('r', 1),
        { kind: 'dequeued', sessionId: 'a', sequence: 99 },
        { kind: 'sent', sessionId: 'a', sequence: 98, packetId: 1 },
        { kind: 'inbound_removed', sessionId: 'a', packetId: 3 },
        { kind: 'subscription_removed', sessionId: 'a', filter: 'never' },
        { kind: 'session_removed', sessionId: 'nobody' },
        { kind: 'retained_removed', topic: 'nothing' },
      ]
      deepStrictEqual(await written(open, changes, changes), await written(open, changes))
    },
  },
  {
    name: 'takes many writes at once, and applies and resolves them in order',
    run: async (open) => {
      const store = await opened(open, 'fresh')
      const resolved: number[] = []
      const writes = Array.from({ length: 200 }, (_, i) =>
        store
          .write([
            session('a', 0),
            queued('a', i + 1, {}),
            ...(i > 0 ? [{ kind: 'dequeued' as const, sessionId: 'a', sequence: i }] : []),
            {
              ...retainedAt('r', i),
              message: { topic: 'r', payload: Buffer.from(String(i)), qos: 0 as const },
            },
          ])
          .then(() => resolved.push(i)),
      )
      await Promise.all(writes)
      deepStrictEqual(
        resolved,
        [...resolved].sort((a, b) => a - b),
      )
      const after = await read(await open('again'))
      deepStrictEqual(
        after.entries.map(({ sequence }) => sequence),
        [200],
      )
      deepStrictEqual(String(after.retained[0]?.message.payload), '199')
    },
  },
  {
    name: 'keeps everything when it is closed',
    run: async (open) => {
      const store = await opened(open, 'fresh')
      const write = store.write([session('a', 1), queued('a', 1, {})])
      await write
      await store.close()
      deepStrictEqual((await read(await open('again'))).entries.length, 1)
    },
  },
]

interface Found {
  sessions: StoredSession[]
  /** The ids of the sessions, as they came. */
  order: string[]
  entries: StoredEntry[]
  retained: StoredRetained[]
}

const nothing: Found = { sessions: [], order: [], entries: [], retained: [] }

async function opened(open: OpenPersistence, how: 'fresh' | 'again'): Promise<Persistence> {
  const store = await open(how)
  await read(store)
  return store
}

async function written(open: OpenPersistence, ...writes: Change[][]): Promise<Found> {
  const store = await opened(open, 'fresh')
  for (const changes of writes) await store.write(changes)
  return read(await open('again'))
}

/** Everything that a store loads, in a fixed order and as plain values. Throws on an entry before its session. */
async function read(store: Persistence): Promise<Found> {
  const found: Found = { sessions: [], order: [], entries: [], retained: [] }
  const known = new Set<string>()
  await store.load({
    session: ({ sessionId, owner, account, offlineSince, expiryMs, ...kept }) => {
      known.add(sessionId)
      const state = { sessionId, owner, account, offlineSince, expiryMs }
      const subscriptions = kept.subscriptions.map((subscription) => ({ ...subscription }))
      subscriptions.sort((a, b) => (a.filter < b.filter ? -1 : 1))
      const inbound = [...kept.inbound].sort((a, b) => a - b)
      found.sessions.push({ ...state, subscriptions, inbound, will: kept.will && plainWill(kept.will) })
      found.order.push(sessionId)
    },
    entry: ({ sessionId, sequence, message, qos, retain, packetId, released }) => {
      if (!known.has(sessionId)) throw new Error(`an entry of ${sessionId} came before its session`)
      found.entries.push({ sessionId, sequence, message: plain(message), qos, retain, packetId, released })
    },
    retained: ({ message, account, retainedAt }) =>
      found.retained.push({ message: plain(message), account, retainedAt }),
  })
  found.sessions.sort((a, b) => (a.sessionId < b.sessionId ? -1 : 1))
  // The sort is stable: within a session the order is the store's.
  found.entries.sort((a, b) => (a.sessionId === b.sessionId ? 0 : a.sessionId < b.sessionId ? -1 : 1))
  return found
}

function plain({ topic, payload, qos }: StoredMessage): StoredMessage {
  return { topic, payload: Buffer.from(payload), qos }
}

function session(sessionId: string, offlineSince: number): Extract<Change, { kind: 'session' }> {
  return {
    kind: 'session',
    sessionId,
    owner: `owner of ${sessionId}`,
    account: accountOf(sessionId),
    offlineSince,
    expiryMs,
  }
}

const expiryMs = 604_800_000
const plainOptions = { noLocal: false, retainAsPublished: false, identifier: 0 }

function subscribed(sessionId: string, filter: string, given: Partial<StoredSubscription>): Change {
  return { kind: 'subscription', sessionId, filter, qos: 1, ...plainOptions, ...given }
}

function will(clientId: string): StoredWill {
  const message = { topic: `gone/${clientId}`, payload: Buffer.from('gone'), qos: 1 as const, retain: true }
  return { clientId, ...message, delaySeconds: 30, expirySeconds: -1, properties: null }
}

function left(given: StoredWill | null): Extract<Change, { kind: 'will' }> {
  return { kind: 'will', sessionId: '', will: given }
}

function plainWill({ payload, properties, ...rest }: StoredWill): StoredWill {
  return { ...rest, payload: Buffer.from(payload), properties: properties && Buffer.from(properties) }
}

function accountOf(sessionId: string): QuotaAccount {
  return { owner: `payer of ${sessionId}`, group: `group of ${sessionId}` }
}

function message(topic: string): StoredMessage {
  return { topic, payload: Buffer.from(`payload of ${topic}`), qos: 1 }
}

function retainedAt(
  topic: string,
  at: number,
  account: QuotaAccount | null = null,
): Extract<Change, { kind: 'retained' }> {
  return { kind: 'retained', message: message(topic), account, retainedAt: at }
}

function queued(sessionId: string, sequence: number, given: Partial<StoredEntry>): Change {
  const base = { qos: 1 as const, retain: false, packetId: 0, released: false }
  return { kind: 'queued', sessionId, sequence, message: message(`t/${sequence}`), ...base, ...given }
}
