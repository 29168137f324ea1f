import type { Change, StoredMessage } from '@heliograph/broker'
import { beforeEach, describe, expect, it } from 'vitest'
import { Draft } from './draft.js'

let draft: Draft

beforeEach(() => {
  draft = new Draft()
})

const message: StoredMessage = { topic: 't', payload: Buffer.alloc(1_000), qos: 1 }

function add(...changes: Change[]): void {
  for (const change of changes) draft.add(change)
}

function queued(sessionId: string, sequence: number, packetId = 0): Change {
  return { kind: 'queued', sessionId, sequence, message, qos: 2, retain: false, packetId, released: false }
}

const dequeued = (sessionId: string, sequence: number): Change => ({ kind: 'dequeued', sessionId, sequence })
const entry = (sequence: number) => draft.sessions.get('s')?.entries.get(sequence)

describe('a draft', () => {
  it('forgets a message that came and went', () => {
    add(queued('s', 1), dequeued('s', 1))
    expect(entry(1)).toBeUndefined()
    expect([draft.bytes, draft.receivers.size]).toEqual([0, 0])
  })

  it('remembers the end of a message of an earlier transaction, whatever happened to it before', () => {
    add({ kind: 'sent', sessionId: 's', sequence: 1, packetId: 7 }, dequeued('s', 1))
    expect(entry(1)).toEqual({ kind: 'gone' })
  })

  it('writes what became of a new entry with it', () => {
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

  it('counts the bytes of a message once, however many wait for it', () => {
    add(queued('a', 1))
    const one = draft.bytes
    add(queued('b', 1), queued('c', 1))
    expect([draft.bytes, draft.receivers.get(message)]).toEqual([one, 3])
    add({ kind: 'session_removed', sessionId: 'a' }, dequeued('b', 1))
    expect([draft.bytes, draft.receivers.get(message)]).toEqual([one, 1])
    add(dequeued('c', 1))
    expect(draft.bytes).toBe(0)
  })

  it('lets go of all of a session that is removed, and begins it anew', () => {
    add(
      queued('s', 1),
      { kind: 'session_removed', sessionId: 's' },
      { kind: 'session', sessionId: 's', owner: 'o', offlineSince: 5 },
      queued('s', 1),
    )
    expect(draft.sessions.get('s')).toMatchObject({ removed: true, owner: 'o', offlineSince: 5 })
    expect(draft.sessions.get('s')?.entries.size).toBe(1)
  })

  it('keeps the last retained message of a topic, and its removal', () => {
    add(
      { kind: 'retained', message },
      { kind: 'retained', message: { ...message, payload: Buffer.alloc(1) } },
    )
    expect(draft.retained.get('t')?.payload.length).toBe(1)
    add({ kind: 'retained_removed', topic: 't' })
    expect([draft.retained.get('t'), draft.bytes]).toEqual([null, 0])
  })
})
