import { deepStrictEqual } from 'node:assert/strict'
import type { Change, StoredMessage } from '../interface/persistence.js'
import {
  type ContractCase,
  message,
  nothing,
  queued,
  retainedAt,
  session,
  written,
} from './store-under-test.js'

/** What a store must do with queued and retained messages. */
export const messageContract: readonly ContractCase[] = [
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
      const shared: StoredMessage = {
        topic: 'all',
        payload: Buffer.from([0, 255, 128, 13, 10]),
        qos: 2,
        properties: null,
      }
      const large: StoredMessage = {
        topic: 'large',
        payload: Buffer.alloc(300_000, 7),
        qos: 1,
        properties: null,
      }
      const empty: StoredMessage = { topic: 'empty', payload: Buffer.alloc(0), qos: 1, properties: null }
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
    name: 'keeps the last retained message of a topic',
    run: async (open) => {
      const retained = (topic: string, text: string): Change => ({
        kind: 'retained',
        message: { topic, payload: Buffer.from(text), qos: 1, properties: null },
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
            message: { topic: 'b', payload: Buffer.from('new'), qos: 1, properties: null },
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
    name: 'keeps the properties of messages, in queues and retained, and the identifiers of entries',
    run: async (open) => {
      const encoded = Buffer.from([0x26, 0, 1, 0x61, 0, 2, 0xc3, 0xbc, 1, 1])
      const [both, expiring, plain] = [
        { ...message('both'), properties: { encoded, expiresAt: 1_900_000_000_123 } },
        { ...message('expiring'), properties: { encoded: null, expiresAt: 1_900_000_000_000 } },
        { ...message('plain'), properties: { encoded, expiresAt: null } },
      ]
      const after = await written(open, [
        session('a', 0),
        queued('a', 1, { message: both, identifiers: [1, 268_435_455] }),
        queued('a', 2, { message: expiring, identifiers: [7] }),
        queued('a', 3, { message: plain }),
        { kind: 'retained', message: both, account: null, retainedAt: 2 },
        { kind: 'retained', message: expiring, account: null, retainedAt: 1 },
      ])
      deepStrictEqual(
        after.entries.map(({ message, identifiers }) => [message, identifiers]),
        [
          [both, [1, 268_435_455]],
          [expiring, [7]],
          [plain, []],
        ],
      )
      deepStrictEqual(
        after.retained.map(({ message }) => message),
        [both, expiring],
      )
    },
  },
  {
    name: 'replaces the properties of a retained message with the message',
    run: async (open) => {
      const properties = { encoded: Buffer.from([1, 1]), expiresAt: 1_900_000_000_000 }
      const retained = (given: StoredMessage): Change => ({
        ...{ kind: 'retained', message: given, account: null, retainedAt: 1 },
      })
      const after = await written(open, [retained({ ...message('t'), properties })], [retained(message('t'))])
      deepStrictEqual(after.retained[0]?.message.properties, null)
    },
  },
]
