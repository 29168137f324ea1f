import type { StoredMessage } from '@heliograph/broker'
import type { ChangeSet, EntryChanges, SessionChanges } from './change-set.js'
import { inChunks, type Row, type Statement, type StoreClient } from './statement.js'
import * as sql from './statements.js'

/** Ids of the messages that several new entries share, and so are written once. */
export type SharedMessages = ReadonlyMap<StoredMessage, number>

/** Writes a change set inside a transaction, a few statements for each kind of change. Twice is the same as once. */
export async function writeChangeSet(
  client: StoreClient,
  changeSet: ChangeSet,
  shared: SharedMessages,
): Promise<void> {
  const freed = new Set<string>()
  const run = async (statement: Statement, rows: Iterable<Row>): Promise<void> => {
    for (const chunk of inChunks(rows)) {
      const result = await client.run<{ message_id: string | null }>(statement, chunk)
      for (const { message_id } of result) if (message_id !== null) freed.add(message_id)
    }
  }
  await run(sql.removeSessions, removedSessions(changeSet))
  await run(sql.putSessions, sessions(changeSet))
  await run(sql.removeWills, removedWills(changeSet))
  await run(sql.putWills, newWills(changeSet))
  await run(sql.removeSubscriptions, removedSubscriptions(changeSet))
  await run(sql.putSubscriptions, newSubscriptions(changeSet))
  await run(sql.removeInbound, removedInbound(changeSet))
  await run(sql.keepInbound, newInbound(changeSet))
  await run(sql.removeEntries, removedEntries(changeSet))
  await run(sql.keepMessages, messages(shared))
  await run(sql.putEntries, newEntries(changeSet, shared))
  await run(sql.changeEntries, changedEntries(changeSet))
  await run(sql.removeMessages, singles(freed))
  await run(sql.removeRetained, removedRetained(changeSet))
  await run(sql.putRetained, retained(changeSet))
}

function* removedSessions({ sessions }: ChangeSet): Generator<Row> {
  for (const [sessionId, { removed }] of sessions) if (removed) yield [sessionId]
}

function* sessions({ sessions }: ChangeSet): Generator<Row> {
  for (const [sessionId, { state }] of sessions) {
    if (state === null) continue
    const { owner, account, offlineSince, expiryMs } = state
    yield [sessionId, owner, account.owner, account.group, offlineSince, expiryMs]
  }
}

function* removedWills({ sessions }: ChangeSet): Generator<Row> {
  for (const [sessionId, { removed, will }] of sessions) if (will === null && !removed) yield [sessionId]
}

function* newWills({ sessions }: ChangeSet): Generator<Row> {
  for (const [sessionId, { will }] of sessions) {
    if (!will) continue
    const { clientId, topic, payload, qos, retain, delaySeconds, expirySeconds, properties } = will
    yield [sessionId, clientId, topic, payload, qos, retain, delaySeconds, expirySeconds, properties]
  }
}

function* removedSubscriptions({ sessions }: ChangeSet): Generator<Row> {
  for (const [sessionId, { removed, subscriptions }] of sessions)
    if (!removed) for (const [filter, stored] of subscriptions) if (stored === null) yield [sessionId, filter]
}

function* newSubscriptions({ sessions }: ChangeSet): Generator<Row> {
  for (const [sessionId, { subscriptions }] of sessions)
    for (const [filter, stored] of subscriptions) {
      if (stored === null) continue
      const { qos, noLocal, retainAsPublished, identifier } = stored
      yield [sessionId, filter, qos, noLocal, retainAsPublished, identifier]
    }
}

function* removedInbound({ sessions }: ChangeSet): Generator<Row> {
  for (const [sessionId, { removed, inbound }] of sessions)
    if (!removed) for (const [packetId, inUse] of inbound) if (!inUse) yield [sessionId, packetId]
}

function* newInbound({ sessions }: ChangeSet): Generator<Row> {
  for (const [sessionId, { inbound }] of sessions)
    for (const [packetId, inUse] of inbound) if (inUse) yield [sessionId, packetId]
}

function* removedEntries(changeSet: ChangeSet): Generator<Row> {
  for (const [sessionId, { removed }, sequence, { kind }] of entries(changeSet))
    if (kind === 'removed' && !removed) yield [sessionId, sequence]
}

function* messages(shared: SharedMessages): Generator<Row> {
  for (const [message, id] of shared) yield [id, message.topic, ...body(message)]
}

function* newEntries(changeSet: ChangeSet, shared: SharedMessages): Generator<Row> {
  for (const [sessionId, , sequence, change] of entries(changeSet)) {
    if (change.kind !== 'put') continue
    const { message, qos, retain, identifiers, packetId, released } = change.entry
    const messageId = shared.get(message)
    const own =
      messageId === undefined
        ? [null, message.topic, ...body(message)]
        : [messageId, null, null, null, null, null]
    const sending = [qos, retain, identifiers.length > 0 ? identifiers.join(' ') : null]
    yield [sessionId, sequence, ...own, ...sending, packetId, released]
  }
}

function* changedEntries(changeSet: ChangeSet): Generator<Row> {
  for (const [sessionId, , sequence, change] of entries(changeSet))
    if (change.kind === 'changed') yield [sessionId, sequence, change.packetId, change.released]
}

function* removedRetained({ retained }: ChangeSet): Generator<Row> {
  for (const [topic, stored] of retained) if (stored === null) yield [topic]
}

function* retained({ retained }: ChangeSet): Generator<Row> {
  for (const [topic, stored] of retained) {
    if (stored === null) continue
    const { message, account, retainedAt } = stored
    yield [topic, ...body(message), account?.owner ?? null, account?.group ?? null, retainedAt]
  }
}

/** The columns of a message behind its topic. */
function body({ payload, qos, properties }: StoredMessage): Row {
  return [payload, qos, properties?.encoded ?? null, properties?.expiresAt ?? null]
}

function* entries({ sessions }: ChangeSet): Generator<[string, SessionChanges, number, EntryChanges]> {
  for (const [sessionId, session] of sessions)
    for (const [sequence, entry] of session.entries) yield [sessionId, session, sequence, entry]
}

function* singles(values: Iterable<string>): Generator<Row> {
  for (const value of values) yield [value]
}
