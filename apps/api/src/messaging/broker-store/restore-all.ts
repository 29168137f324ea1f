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
  await read<MessageRow & { id: number }>(client, messagesSql, (row) => shared.set(row.id, messageOf(row)))
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
  const { session_id: sessionId, sequence, message_id, qos, retain, packet_id: packetId, released } = row
  const message = message_id === null ? messageOf({ ...row, qos: row.message_qos }) : shared.get(message_id)
  if (!message) throw new Error(`entry ${sequence} of ${sessionId} has no message`)
  const identifiers = row.identifiers === null ? [] : row.identifiers.split(' ').map(Number)
  restore.entry({ sessionId, sequence, message, qos, retain, identifiers, packetId, released })
}

function restoreRetained(restore: Restore, row: RetainedRow): void {
  const { owner, owner_group, retained_at } = row
  const account = owner === null || owner_group === null ? null : { owner, group: owner_group }
  restore.retained({ message: messageOf(row), account, retainedAt: retained_at })
}

function messageOf({
  topic,
  payload,
  qos,
  properties: encoded,
  expires_at: expiresAt,
}: MessageRow): StoredMessage {
  const properties = encoded === null && expiresAt === null ? null : { encoded, expiresAt }
  return { topic, payload, qos, properties }
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
  properties: Buffer | null
  expires_at: number | null
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

interface EntryRow extends Omit<MessageRow, 'qos'> {
  session_id: string
  sequence: number
  /** Null for an entry that has a message of its own, in the columns that follow. */
  message_id: number | null
  message_qos: Qos
  qos: 1 | 2
  retain: boolean
  /** Separated by spaces; null for none. */
  identifiers: string | null
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

const messagesSql =
  'SELECT id::float8, topic, payload, qos, properties, expires_at::float8 FROM broker.message ORDER BY id'

const entriesSql = `
  SELECT session_id, sequence::float8, message_id::float8, topic, payload, message_qos, properties, expires_at::float8,
    qos, retain, identifiers, packet_id, released
  FROM broker.entry ORDER BY entry.session_id, entry.sequence`

const retainedSql = `
  SELECT topic, payload, qos, properties, expires_at::float8, owner, owner_group, retained_at::float8
  FROM broker.retained ORDER BY retained_at DESC`
