import type {
  Qos,
  Restore,
  StoredMessage,
  StoredSession,
  StoredSessionState,
  StoredSubscription,
  StoredWill,
} from '@heliograph/broker'
import type { QueryResultRow } from 'pg'
import type { StoreClient } from './statement.js'

/** Hands over all that is stored, inside a transaction; returns the highest id of a shared message. */
export async function restoreAll(client: StoreClient, restore: Restore): Promise<number> {
  // Waits for a transaction of a process that was killed: PostgreSQL still carries it out to its end.
  await client.query(
    'LOCK broker.session, broker.subscription, broker.inbound, broker.will, broker.message, broker.entry, broker.retained IN SHARE MODE',
  )
  const wills = new Map<string, StoredWill>()
  await read<WillRow>(client, willsSql, ({ session_id, ...row }) => wills.set(session_id, willOf(row)))
  const sessions = new SessionsOfRows(restore, wills)
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
  readonly #wills: ReadonlyMap<string, StoredWill>
  #session: ReadSession | null = null

  constructor(restore: Restore, wills: ReadonlyMap<string, StoredWill>) {
    this.#restore = restore
    this.#wills = wills
  }

  add(row: SessionRow): void {
    const { session_id: sessionId, filter, packet_id } = row
    if (this.#session?.sessionId !== sessionId) {
      this.end()
      const will = this.#wills.get(sessionId) ?? null
      this.#session = { sessionId, ...stateOf(row), subscriptions: [], inbound: [], will }
    }
    if (filter !== null) this.#session?.subscriptions.push(subscriptionOf(row, filter))
    if (packet_id !== null) this.#session?.inbound.push(packet_id)
  }

  /** There are no more rows of the session. */
  end(): void {
    if (this.#session) this.#restore.session(this.#session)
    this.#session = null
  }
}

interface ReadSession extends StoredSession {
  readonly subscriptions: StoredSubscription[]
  readonly inbound: number[]
}

function stateOf({
  owner,
  quota_owner,
  owner_group,
  offline_since,
  expiry_ms,
}: SessionRow): StoredSessionState {
  const account = { owner: quota_owner, group: owner_group }
  return { owner, account, offlineSince: offline_since, expiryMs: expiry_ms }
}

function subscriptionOf(row: SessionRow, filter: string): StoredSubscription {
  const { qos, no_local, retain_as_published, identifier } = row
  return { filter, qos, noLocal: no_local, retainAsPublished: retain_as_published, identifier }
}

function willOf({
  client_id,
  delay_seconds,
  expiry_seconds,
  ...message
}: Omit<WillRow, 'session_id'>): StoredWill {
  return { clientId: client_id, ...message, delaySeconds: delay_seconds, expirySeconds: expiry_seconds }
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
  expiry_ms: number
  /** A subscription, or null. */
  filter: string | null
  /** Of the subscription; of no meaning without one. */
  qos: Qos
  no_local: boolean
  retain_as_published: boolean
  identifier: number
  /** An inbound packet id, or null. */
  packet_id: number | null
}

interface WillRow extends Omit<MessageRow, 'expires_at'> {
  session_id: string
  client_id: string
  retain: boolean
  delay_seconds: number
  expiry_seconds: number
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
  SELECT session_id, owner, quota_owner, owner_group, offline_since::float8, expiry_ms::float8,
    filter, qos, no_local, retain_as_published, identifier, packet_id
  FROM broker.session LEFT JOIN (
    SELECT session_id, filter, qos, no_local, retain_as_published, identifier, NULL::int AS packet_id
    FROM broker.subscription
    UNION ALL SELECT session_id, NULL, NULL, NULL, NULL, NULL, packet_id FROM broker.inbound
  ) AS part USING (session_id)
  ORDER BY offline_since = 0 DESC, offline_since DESC, session_id`

const willsSql = `
  SELECT session_id, client_id, topic, payload, qos, retain, delay_seconds::float8, expiry_seconds::float8, properties
  FROM broker.will`

const messagesSql =
  'SELECT id::float8, topic, payload, qos, properties, expires_at::float8 FROM broker.message ORDER BY id'

const entriesSql = `
  SELECT session_id, sequence::float8, message_id::float8, topic, payload, message_qos, properties, expires_at::float8,
    qos, retain, identifiers, packet_id, released
  FROM broker.entry ORDER BY entry.session_id, entry.sequence`

const retainedSql = `
  SELECT topic, payload, qos, properties, expires_at::float8, owner, owner_group, retained_at::float8
  FROM broker.retained ORDER BY retained_at DESC`
