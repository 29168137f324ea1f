import type { Statement } from './statement.js'

// Each takes any number of rows as one array for each column, so its plan and its round trip are the same for all.

export const removeSessions: Statement = {
  name: 'remove-sessions',
  columns: 1,
  text: `
    WITH session AS (DELETE FROM broker.session WHERE session_id = ANY($1::text[])),
      subscription AS (DELETE FROM broker.subscription WHERE session_id = ANY($1::text[])),
      inbound AS (DELETE FROM broker.inbound WHERE session_id = ANY($1::text[]))
    DELETE FROM broker.entry WHERE session_id = ANY($1::text[]) RETURNING message_id`,
}

export const putSessions: Statement = {
  name: 'put-sessions',
  columns: 3,
  text: `
    INSERT INTO broker.session (session_id, owner, offline_since)
    SELECT * FROM unnest($1::text[], $2::text[], $3::bigint[])
    ON CONFLICT (session_id) DO UPDATE SET (owner, offline_since) = (excluded.owner, excluded.offline_since)`,
}

export const removeSubscriptions: Statement = {
  name: 'remove-subscriptions',
  columns: 2,
  text: `
    DELETE FROM broker.subscription AS stored
    USING unnest($1::text[], $2::text[]) AS gone (session_id, filter)
    WHERE stored.session_id = gone.session_id AND stored.filter = gone.filter`,
}

export const putSubscriptions: Statement = {
  name: 'put-subscriptions',
  columns: 3,
  text: `
    INSERT INTO broker.subscription (session_id, filter, qos)
    SELECT * FROM unnest($1::text[], $2::text[], $3::smallint[])
    ON CONFLICT (session_id, filter) DO UPDATE SET qos = excluded.qos`,
}

export const removeInbound: Statement = {
  name: 'remove-inbound',
  columns: 2,
  text: `
    DELETE FROM broker.inbound AS stored
    USING unnest($1::text[], $2::int[]) AS gone (session_id, packet_id)
    WHERE stored.session_id = gone.session_id AND stored.packet_id = gone.packet_id`,
}

export const putInbound: Statement = {
  name: 'put-inbound',
  columns: 2,
  text: `
    INSERT INTO broker.inbound (session_id, packet_id)
    SELECT * FROM unnest($1::text[], $2::int[])
    ON CONFLICT (session_id, packet_id) DO NOTHING`,
}

export const removeEntries: Statement = {
  name: 'remove-entries',
  columns: 2,
  text: `
    DELETE FROM broker.entry AS stored
    USING unnest($1::text[], $2::bigint[]) AS gone (session_id, sequence)
    WHERE stored.session_id = gone.session_id AND stored.sequence = gone.sequence
    RETURNING stored.message_id`,
}

export const putMessages: Statement = {
  name: 'put-messages',
  columns: 4,
  text: `
    INSERT INTO broker.message (id, topic, payload, qos)
    SELECT * FROM unnest($1::bigint[], $2::text[], $3::bytea[], $4::smallint[])
    ON CONFLICT (id) DO NOTHING`,
}

export const putEntries: Statement = {
  name: 'put-entries',
  columns: 10,
  text: `
    INSERT INTO broker.entry
      (session_id, sequence, message_id, topic, payload, message_qos, qos, retain, packet_id, released)
    SELECT * FROM unnest($1::text[], $2::bigint[], $3::bigint[], $4::text[], $5::bytea[], $6::smallint[],
      $7::smallint[], $8::bool[], $9::int[], $10::bool[])
    ON CONFLICT (session_id, sequence) DO UPDATE SET (message_id, topic, payload, message_qos, qos, retain,
        packet_id, released)
      = (excluded.message_id, excluded.topic, excluded.payload, excluded.message_qos, excluded.qos,
        excluded.retain, excluded.packet_id, excluded.released)`,
}

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

/** Takes away those of the given messages that nobody waits for any more. */
export const removeMessages: Statement = {
  name: 'remove-messages',
  columns: 1,
  text: `
    DELETE FROM broker.message WHERE id = ANY($1::bigint[])
      AND NOT EXISTS (SELECT FROM broker.entry WHERE entry.message_id = message.id)`,
}

export const removeRetained: Statement = {
  name: 'remove-retained',
  columns: 1,
  text: `DELETE FROM broker.retained WHERE topic = ANY($1::text[])`,
}

export const putRetained: Statement = {
  name: 'put-retained',
  columns: 3,
  text: `
    INSERT INTO broker.retained (topic, payload, qos)
    SELECT * FROM unnest($1::text[], $2::bytea[], $3::smallint[])
    ON CONFLICT (topic) DO UPDATE SET payload = excluded.payload, qos = excluded.qos`,
}
