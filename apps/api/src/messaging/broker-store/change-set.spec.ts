import type { Change, StoredMessage } from '@heliograph/broker'
import { beforeEach, describe, expect, it } from 'vitest'
import { ChangeSet } from './change-set.js'

let changeSet: ChangeSet

beforeEach(() => {
  changeSet = new ChangeSet()
})

const message: StoredMessage = { topic: 't', payload: Buffer.alloc(1_000), qos: 1, properties: null }

function add(...changes: Change[]): void {
  for (const change of changes) changeSet.add(change)
}

function queued(sessionId: string, sequence: number, packetId = 0): Change {
  const sending = { qos: 2, retain: false, identifiers: [], packetId, released: false } as const
  return { kind: 'queued', sessionId, sequence, message, ...sending }
}

const dequeued = (sessionId: string, sequence: number): Change => ({ kind: 'dequeued', sessionId, sequence })
const entry = (sequence: number) => changeSet.sessions.get('s')?.entries.get(sequence)

describe('ChangeSet', () => {
  it('forgets a message that was queued and dequeued', () => {
    add(queued('s', 1), dequeued('s', 1))
    expect(entry(1)).toBeUndefined()
    expect([changeSet.bytes, changeSet.receivers.size]).toEqual([0, 0])
  })

  it('remembers that a message of an earlier transaction was removed, whatever happened to it before', () => {
    add({ kind: 'sent', sessionId: 's', sequence: 1, packetId: 7 }, dequeued('s', 1))
    expect(entry(1)).toEqual({ kind: 'removed' })
  })

  it('writes a new entry as it is now, sent and released', () => {
    add(
      queued('s', 1),
      { kind: 'sent', sessionId: 's', sequence: 1, packetId: 7 },
      { kind: 'released', sessionId: 's', sequence: 1 },
    )
    expect(entry(1)).toMatchObject({ kind: 'put', entry: { message, packetId: 7, released: true } })
  })

  it('keeps the packet id of an entry that is then released', () => {
    add(
      { kind: 'sent', sessionId: 's', sequence: 1, packetId: 7 },
      { kind: 'released', sessionId: 's', sequence: 1 },
    )
    expect(entry(1)).toEqual({ kind: 'changed', packetId: 7, released: true })
  })

  it('counts the bytes of a message once, however many entries have it', () => {
    add(queued('a', 1))
    const one = changeSet.bytes
    add(queued('b', 1), queued('c', 1))
    expect([changeSet.bytes, changeSet.receivers.get(message)]).toEqual([one, 3])
    add({ kind: 'session_removed', sessionId: 'a' }, dequeued('b', 1))
    expect([changeSet.bytes, changeSet.receivers.get(message)]).toEqual([one, 1])
    add(dequeued('c', 1))
    expect(changeSet.bytes).toBe(0)
  })

  it('forgets everything of a session that is removed, and takes a new one with the same id', () => {
    add(
      queued('s', 1),
      { kind: 'session_removed', sessionId: 's' },
      {
        kind: 'session',
        sessionId: 's',
        owner: 'o',
        account: { owner: 'q', group: 'g' },
        offlineSince: 5,
        expiryMs: 1,
      },
      queued('s', 1),
    )
    expect(changeSet.sessions.get('s')).toMatchObject({
      removed: true,
      state: { owner: 'o', account: { owner: 'q', group: 'g' }, offlineSince: 5, expiryMs: 1 },
    })
    expect(changeSet.sessions.get('s')?.entries.size).toBe(1)
  })

  it('keeps the last retained message of a topic, and its removal', () => {
    add(
      { kind: 'retained', message, account: null, retainedAt: 1 },
      { kind: 'retained', message: { ...message, payload: Buffer.alloc(1) }, account: null, retainedAt: 2 },
    )
    expect(changeSet.retained.get('t')?.message.payload.length).toBe(1)
    add({ kind: 'retained_removed', topic: 't' })
    expect([changeSet.retained.get('t'), changeSet.bytes]).toEqual([null, 0])
  })
})
