import type { Statement } from './statement.js'

// Each statement takes any number of rows as one array for each column, so all rows share one plan and one round trip.

export const removeSessions: Statement = {
  name: 'remove-sessions',
  columns: 1,
  text: `
    WITH session AS (DELETE FROM broker.session WHERE session_id = ANY($1::text[])),
      subscription AS (DELETE FROM broker.subscription WHERE session_id = ANY($1::text[])),
      inbound AS (DELETE FROM broker.inbound WHERE session_id = ANY($1::text[])),
      will AS (DELETE FROM broker.will WHERE session_id = ANY($1::text[]))
    DELETE FROM broker.entry WHERE session_id = ANY($1::text[]) RETURNING message_id`,
}

export const putSessions = put(
  'session',
  { session_id: 'text' },
  { owner: 'text', quota_owner: 'text', owner_group: 'text', offline_since: 'bigint', expiry_ms: 'bigint' },
)

export const removeWills = remove('will', { session_id: 'text' })

export const putWills = put(
  'will',
  { session_id: 'text' },
  {
    client_id: 'text',
    topic: 'text',
    payload: 'bytea',
    qos: 'smallint',
    retain: 'bool',
    delay_seconds: 'bigint',
    expiry_seconds: 'bigint',
    properties: 'bytea',
  },
)

export const removeSubscriptions = remove('subscription', { session_id: 'text', filter: 'text' })

export const putSubscriptions = put(
  'subscription',
  { session_id: 'text', filter: 'text' },
  { qos: 'smallint', no_local: 'bool', retain_as_published: 'bool', identifier: 'int' },
)

export const removeInbound = remove('inbound', { session_id: 'text', packet_id: 'int' })

export const keepInbound = keep('inbound', { session_id: 'text', packet_id: 'int' })

export const removeEntries = remove('entry', { session_id: 'text', sequence: 'bigint' }, 'message_id')

/** A message under an id that is there already is that message. */
export const keepMessages = keep(
  'message',
  { id: 'bigint' },
  { topic: 'text', payload: 'bytea', qos: 'smallint', properties: 'bytea', expires_at: 'bigint' },
)

export const putEntries = put(
  'entry',
  { session_id: 'text', sequence: 'bigint' },
  {
    message_id: 'bigint',
    topic: 'text',
    payload: 'bytea',
    message_qos: 'smallint',
    properties: 'bytea',
    expires_at: 'bigint',
    qos: 'smallint',
    retain: 'bool',
    identifiers: 'text',
    packet_id: 'int',
    released: 'bool',
  },
)

export const changeEntries: Statement = {
  name: 'change-entries',
  columns: 4,
  text: `
    UPDATE broker.entry AS stored
    SET packet_id = coalesce(changed.packet_id, stored.packet_id), released = changed.released
    FROM unnest($1::text[], $2::bigint[], $3::int[], $4::bool[])
      AS changed (session_id, sequence, packet_id, released)
    WHERE stored.session_id = changed.session_id AND stored.sequence = changed.sequence`,
}

/** Deletes those of the given messages that no entry has any more. */
export const removeMessages: Statement = {
  name: 'remove-messages',
  columns: 1,
  text: `
    DELETE FROM broker.message WHERE id = ANY($1::bigint[])
      AND NOT EXISTS (SELECT FROM broker.entry WHERE entry.message_id = message.id)`,
}

export const removeRetained = remove('retained', { topic: 'text' })

export const putRetained = put(
  'retained',
  { topic: 'text' },
  {
    payload: 'bytea',
    qos: 'smallint',
    properties: 'bytea',
    expires_at: 'bigint',
    owner: 'text',
    owner_group: 'text',
    retained_at: 'bigint',
  },
)

/** Names of columns and their types, in the order of a row's values. */
type Columns = Readonly<Record<string, string>>

/** Inserts rows into a table, or replaces those that have the same key. */
function put(table: string, key: Columns, rest: Columns): Statement {
  const changes = Object.keys(rest).map((name) => `${name} = excluded.${name}`)
  return insert('put', table, key, rest, `DO UPDATE SET ${changes.join(', ')}`)
}

/** Inserts rows into a table; those whose key is there already are left as they are. */
function keep(table: string, key: Columns, rest: Columns = {}): Statement {
  return insert('keep', table, key, rest, 'DO NOTHING')
}

function insert(verb: string, table: string, key: Columns, rest: Columns, onConflict: string): Statement {
  const columns = { ...key, ...rest }
  return {
    name: `${verb}-${table}`,
    columns: Object.keys(columns).length,
    text: `
      INSERT INTO broker.${table} (${names(columns)}) SELECT * FROM ${rows(columns)}
      ON CONFLICT (${names(key)}) ${onConflict}`,
  }
}

/** Deletes the rows with these keys. */
function remove(table: string, key: Columns, returning?: string): Statement {
  const same = Object.keys(key).map((name) => `stored.${name} = removed.${name}`)
  return {
    name: `remove-${table}`,
    columns: Object.keys(key).length,
    text: `
      DELETE FROM broker.${table} AS stored USING ${rows(key)} AS removed (${names(key)})
      WHERE ${same.join(' AND ')} ${returning === undefined ? '' : `RETURNING stored.${returning}`}`,
  }
}

function names(columns: Columns): string {
  return Object.keys(columns).join(', ')
}

/** The parameters, an array for each column, as rows. */
function rows(columns: Columns): string {
  return `unnest(${Object.values(columns)
    .map((type, index) => `$${index + 1}::${type}[]`)
    .join(', ')})`
}
