import { deepStrictEqual } from 'node:assert/strict'
import type { Change } from '../interface/persistence.js'
import { messageContract } from './message-contract.js'
import {
  accountOf,
  type ContractCase,
  expiryMs,
  left,
  nothing,
  opened,
  plainOptions,
  queued,
  read,
  retainedAt,
  session,
  subscribed,
  will,
  written,
} from './store-under-test.js'

/**
 * What every `Persistence` must do, for any test runner:
 *
 * ```ts
 * for (const { name, run } of persistenceContract) it(name, () => run(open))
 * ```
 *
 * Only the cases that say so close the store; the others abandon it, as a crash does.
 */
export const persistenceContract: readonly ContractCase[] = [
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
              message: { topic: 'r', payload: Buffer.from(String(i)), qos: 0 as const, properties: null },
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
  ...messageContract,
]
