import type { StoredMessage } from '@heliograph/broker'
import type { Draft, EntryDraft, SessionDraft } from './draft.js'
import { inChunks, type Row, type Statement, type StoreClient } from './statement.js'
import * as sql from './statements.js'

/** Ids of the messages that several new entries share, and so are written once. */
export type SharedMessages = ReadonlyMap<StoredMessage, number>

/** Writes a draft inside a transaction, a few statements for each kind of change. Twice is the same as once. */
export async function writeDraft(client: StoreClient, draft: Draft, shared: SharedMessages): Promise<void> {
  const freed = new Set<string>()
  const run = async (statement: Statement, rows: Iterable<Row>): Promise<void> => {
    for (const chunk of inChunks(rows)) {
      const result = await client.run<{ message_id: string | null }>(statement, chunk)
      for (const { message_id } of result) if (message_id !== null) freed.add(message_id)
    }
  }
  await run(sql.removeSessions, removedSessions(draft))
  await run(sql.putSessions, sessions(draft))
  await run(sql.removeSubscriptions, subscriptions(draft, false))
  await run(sql.putSubscriptions, subscriptions(draft, true))
  await run(sql.removeInbound, inbound(draft, false))
  await run(sql.keepInbound, inbound(draft, true))
  await run(sql.removeEntries, goneEntries(draft))
  await run(sql.keepMessages, messages(shared))
  await run(sql.putEntries, newEntries(draft, shared))
  await run(sql.changeEntries, changedEntries(draft))
  await run(sql.removeMessages, singles(freed))
  await run(sql.removeRetained, removedRetained(draft))
  await run(sql.putRetained, retained(draft))
}

function* removedSessions({ sessions }: Draft): Generator<Row> {
  for (const [sessionId, { removed }] of sessions) if (removed) yield [sessionId]
}

function* sessions({ sessions }: Draft): Generator<Row> {
  for (const [sessionId, { owner, offlineSince }] of sessions)
    if (offlineSince !== null) yield [sessionId, owner, offlineSince]
}

function* subscriptions({ sessions }: Draft, wanted: boolean): Generator<Row> {
  for (const [sessionId, { removed, subscriptions }] of sessions)
    for (const [filter, qos] of subscriptions) {
      if (qos !== null && wanted) yield [sessionId, filter, qos]
      else if (qos === null && !wanted && !removed) yield [sessionId, filter]
    }
}

function* inbound({ sessions }: Draft, taken: boolean): Generator<Row> {
  for (const [sessionId, session] of sessions)
    for (const [packetId, isTaken] of session.inbound)
      if (isTaken === taken && (taken || !session.removed)) yield [sessionId, packetId]
}

function* goneEntries(draft: Draft): Generator<Row> {
  for (const [sessionId, { removed }, sequence, { kind }] of entries(draft))
    if (kind === 'gone' && !removed) yield [sessionId, sequence]
}

function* messages(shared: SharedMessages): Generator<Row> {
  for (const [{ topic, payload, qos }, id] of shared) yield [id, topic, payload, qos]
}

function* newEntries(draft: Draft, shared: SharedMessages): Generator<Row> {
  for (const [sessionId, , sequence, change] of entries(draft)) {
    if (change.kind !== 'put') continue
    const { message, qos, retain, packetId, released } = change.entry
    const messageId = shared.get(message)
    const body =
      messageId === undefined
        ? [null, message.topic, message.payload, message.qos]
        : [messageId, null, null, null]
    yield [sessionId, sequence, ...body, qos, retain, packetId, released]
  }
}

function* changedEntries(draft: Draft): Generator<Row> {
  for (const [sessionId, , sequence, change] of entries(draft))
    if (change.kind === 'changed') yield [sessionId, sequence, change.packetId, change.released]
}

function* removedRetained({ retained }: Draft): Generator<Row> {
  for (const [topic, message] of retained) if (message === null) yield [topic]
}

function* retained({ retained }: Draft): Generator<Row> {
  for (const [topic, message] of retained) if (message !== null) yield [topic, message.payload, message.qos]
}

function* entries({ sessions }: Draft): Generator<[string, SessionDraft, number, EntryDraft]> {
  for (const [sessionId, session] of sessions)
    for (const [sequence, entry] of session.entries) yield [sessionId, session, sequence, entry]
}

function* singles(values: Iterable<string>): Generator<Row> {
  for (const value of values) yield [value]
}
