import { bytes, count, KiB, MiB, milliseconds } from './stated-limit.js'

/** What one packet may be, and how long its decision may take. */
export const packetLimits = {
  /** Size of an MQTT packet, header included; checked on its first bytes, before anything is buffered. */
  maxPacketBytes: bytes(
    2 * MiB,
    'packet',
    'size of a packet, header included',
    'the connection is closed on the bytes that state the length: `too_large`',
  ),
  /** Size of all incomplete packets, of all clients together. */
  maxPartialBytes: bytes(
    128 * MiB,
    'broker',
    'size of all incomplete packets',
    'the connections with the largest are closed: `quota`',
  ),
  maxTopicBytes: bytes(
    1 * KiB,
    'packet',
    'length of a topic or filter',
    'the connection is closed: `malformed`',
  ),
  maxTopicLevels: count(
    128,
    'packet',
    'levels of a topic or filter',
    'the connection is closed: `malformed`',
  ),
  /** Properties of a PUBLISH of MQTT 5. They are copied for each subscriber, as a payload is not. */
  maxPropertyBytes: bytes(
    16 * KiB,
    'packet',
    'size of the properties of a PUBLISH',
    'the connection is closed: `malformed` (0x95)',
  ),
  /** Topic aliases of MQTT 5: what the client may set (CONNACK states it), and what the broker sets for a client that allows it. */
  maxTopicAliases: count(
    64,
    'connection',
    'topic aliases that a client of MQTT 5 may set',
    'the connection is closed: `malformed` (0x94)',
  ),
  maxSentTopicAliases: count(
    16,
    'connection',
    'topic aliases that the broker sets for a client of MQTT 5, if the client allows as many',
    'further topics are sent in full',
  ),
  maxWillBytes: bytes(16 * KiB, 'packet', 'payload of a will', 'CONNECT is refused, 5: `too_large`'),
  maxClientIdBytes: bytes(256, 'packet', 'length of a client id', 'CONNECT is refused, 2: `wrong_client_id`'),
  maxFiltersPerPacket: count(
    1_000,
    'packet',
    'filters of a SUBSCRIBE or UNSUBSCRIBE',
    'the connection is closed: `malformed`',
  ),
  maxFiltersPerSession: count(10_000, 'session', 'subscriptions', '0x80 in SUBACK: `quota`'),
  /** From the opening of the socket to a complete CONNECT. */
  connectTimeoutMs: milliseconds(
    10_000,
    'connection',
    'time from the opening of the socket to a complete CONNECT',
    'the connection is closed: `timeout`',
  ),
  authenticateTimeoutMs: milliseconds(
    5_000,
    'connection',
    'time until a CONNECT is decided',
    'CONNECT is refused, 3: `timeout`',
  ),
  /** How long `onPublish` may take for one message. */
  publishTimeoutMs: milliseconds(
    30_000,
    'packet',
    'time until a PUBLISH is decided and stored',
    'the connection is closed without an acknowledgement: `undecided`',
  ),
}
