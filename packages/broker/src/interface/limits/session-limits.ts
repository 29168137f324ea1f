import { bytes, count, MiB, milliseconds } from './stated-limit.js'

const unretained = 'the message is delivered but not retained, and its client is told'
const noFilter =
  'sessions of the owner without a connection are forgotten, the longest offline first; then 0x80 in SUBACK: `quota`'

/** Sessions with their subscriptions, and retained messages. */
export const sessionLimits = {
  /** Stored sessions without a connection: all of them, and those of one `AuthenticateResult.owner`. */
  maxStoredSessions: count(
    100_000,
    'broker',
    'sessions without a connection',
    'the one that is offline longest is forgotten',
  ),
  maxStoredSessionsPerOwner: count(
    100,
    'owner',
    'sessions without a connection',
    'the one that is offline longest is forgotten',
  ),
  /**
   * The session expiry of stored sessions of MQTT 3.x, and the longest of MQTT 5: a session without a connection for so long
   * is forgotten.
   */
  sessionExpiryMs: milliseconds(
    7 * 24 * 60 * 60 * 1_000,
    'session',
    'time without a connection; a client of MQTT 5 may ask for less',
    'the session is forgotten; a longer session expiry is lowered to it, and CONNACK says so',
  ),
  /**
   * Retained messages of clients: all of them, and those of one `AuthenticateResult.group` and of one owner
   * (`quotaOwner`). The host's own do not count.
   */
  maxRetainedMessages: count(100_000, 'broker', 'retained messages of clients', unretained),
  maxRetainedBytes: bytes(256 * MiB, 'broker', 'bytes of the same messages', unretained),
  maxRetainedMessagesPerGroup: count(25_000, 'group', 'retained messages', unretained),
  maxRetainedBytesPerGroup: bytes(64 * MiB, 'group', 'bytes of the same messages', unretained),
  maxRetainedMessagesPerOwner: count(5_000, 'owner', 'retained messages', unretained),
  maxRetainedBytesPerOwner: bytes(8 * MiB, 'owner', 'bytes of the same messages', unretained),
  /**
   * Memory of sessions, connected or not, with their subscriptions: all of them, those of one group, of one owner
   * (`quotaOwner`), and one of them. Queued messages are bounded by `maxTotalQueuedBytes`.
   */
  maxSessionBytes: bytes(512 * MiB, 'broker', 'memory of sessions with their subscriptions', noFilter),
  maxSessionBytesPerGroup: bytes(128 * MiB, 'group', 'the same memory', noFilter),
  maxSessionBytesPerOwner: bytes(16 * MiB, 'owner', 'the same memory', noFilter),
  maxSessionBytesPerSession: bytes(8 * MiB, 'session', 'the same memory', '0x80 in SUBACK: `quota`'),
}
