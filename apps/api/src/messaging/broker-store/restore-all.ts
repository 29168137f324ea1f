import type { Qos, Restore, StoredMessage, StoredSession } from '@heliograph/broker'
import type { QueryResultRow } from 'pg'
import type { StoreClient } from './statement.js'

/** Hands over all that is stored, inside a transaction; returns the highest id of a shared message. */
export async function restoreAll(client: StoreClient, restore: Restore): Promise<number> {
  // Waits for a transaction of a process that was killed: PostgreSQL still carries it out to its end.
  await client.query(
    'LOCK broker.session, broker.subscription, broker.inbound, broker.message, broker.entry, broker.retained IN SHARE MODE',
  )
  const sessions = new SessionsOfRows(restore)
  await read<SessionRow>(client, sessionsSql, (row) => sessions.add(row))
  sessions.end()
  const shared = new Map<number, StoredMessage>()
  await read<MessageRow & { id: number }>(client, messagesSql, ({ id, ...message }) =>
    shared.set(id, message),
  )
  await read<EntryRow>(client, entriesSql, (row) => restoreEntry(restore, row, shared))
  await read<RetainedRow>(client, retainedSql, (row) => restoreRetained(restore, row))
  return [...shared.keys()].at(-1) ?? 0
}

/** Hands over sessions, whose subscriptions and packet ids come in a row each, so that a page of rows is never large. */
class SessionsOfRows {
  readonly #restore: Restore
  #session: ReadSession | null = null

  constructor(restore: Restore) {
    this.#restore = restore
  }

  add({
    session_id,
    owner,
    quota_owner,
    owner_group,
    offline_since,
    filter,
    qos,
    packet_id,
  }: SessionRow): void {
    if (this.#session?.sessionId !== session_id) {
      this.end()
      const account = { owner: quota_owner, group: owner_group }
      const named = { sessionId: session_id, owner, account, offlineSince: offline_since }
      this.#session = { ...named, subscriptions: [], inbound: [] }
    }
    if (filter !== null && qos !== null) this.#session?.subscriptions.push({ filter, qos })
    if (packet_id !== null) this.#session?.inbound.push(packet_id)
  }

  /** There are no more rows of the session. */
  end(): void {
    if (this.#session) this.#restore.session(this.#session)
    this.#session = null
  }
}

interface ReadSession extends StoredSession {
  readonly subscriptions: { filter: string; qos: Qos }[]
  readonly inbound: number[]
}

function restoreEntry(restore: Restore, row: EntryRow, shared: ReadonlyMap<number, StoredMessage>): void {
  const { session_id, sequence, message_id, topic, payload, message_qos, qos, retain, packet_id, released } =
    row
  const message = message_id === null ? { topic, payload, qos: message_qos } : shared.get(message_id)
  if (!message) throw new Error(`entry ${sequence} of ${session_id} has no message`)
  restore.entry({ sessionId: session_id, sequence, message, qos, retain, packetId: packet_id, released })
}

function restoreRetained(restore: Restore, row: RetainedRow): void {
  const { owner, owner_group, retained_at, ...message } = row
  const account = owner === null || owner_group === null ? null : { owner, group: owner_group }
  restore.retained({ message, account, retainedAt: retained_at })
}

/** Reads by a cursor, in pages that grow and shrink with the size of their payloads. */
async function read<R extends QueryResultRow>(
  client: StoreClient,
  text: string,
  take: (row: R) => void,
): Promise<void> {
  await client.query(`DECLARE page NO SCROLL CURSOR FOR ${text}`)
  for (let count = firstPageRows; ; ) {
    const rows = await client.query<R>(`FETCH ${count} FROM page`)
    for (const row of rows) take(row)
    if (rows.length < count) break
    const bytes = rows.reduce((sum, { payload }) => sum + (Buffer.isBuffer(payload) ? payload.length : 0), 0)
    if (bytes > pageBytes) count = Math.max(1, Math.floor((count * pageBytes) / bytes))
    else count = Math.min(longestPageRows, count * 2)
  }
  await client.query('CLOSE page')
}

const firstPageRows = 125
const longestPageRows = 2_000
const pageBytes = 4 * 1024 * 1024

interface MessageRow {
  topic: string
  payload: Buffer
  qos: Qos
}

interface RetainedRow extends MessageRow {
  /** Null, like the group, for a message of the platform. */
  owner: string | null
  owner_group: string | null
  retained_at: number
}

interface SessionRow {
  session_id: string
  owner: string
  quota_owner: string
  owner_group: string
  offline_since: number
  /** A subscription with the granted QoS, or null. */
  filter: string | null
  qos: Qos | null
  /** An inbound packet id, or null. */
  packet_id: number | null
}

interface EntryRow {
  session_id: string
  sequence: number
  /** Null for an entry that has a message of its own, in the three columns that follow. */
  message_id: number | null
  topic: string
  payload: Buffer
  message_qos: Qos
  qos: 1 | 2
  retain: boolean
  packet_id: number
  released: boolean
}

const sessionsSql = `
  SELECT session_id, owner, quota_owner, owner_group, offline_since::float8, filter, qos, packet_id
  FROM broker.session LEFT JOIN (
    SELECT session_id, filter, qos, NULL::int AS packet_id FROM broker.subscription
    UNION ALL SELECT session_id, NULL, NULL, packet_id FROM broker.inbound
  ) AS part USING (session_id)
  ORDER BY offline_since = 0 DESC, offline_since DESC, session_id`

const messagesSql = 'SELECT id::float8, topic, payload, qos FROM broker.message ORDER BY id'

const entriesSql = `
  SELECT session_id, sequence::float8, message_id::float8, topic, payload, message_qos, qos, retain, packet_id, released
  FROM broker.entry ORDER BY entry.session_id, entry.sequence`

const retainedSql = `
  SELECT topic, payload, qos, owner, owner_group, retained_at::float8 FROM broker.retained ORDER BY retained_at DESC`
