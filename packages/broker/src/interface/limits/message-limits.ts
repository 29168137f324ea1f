import { bytes, count, MiB, milliseconds } from './stated-limit.js'

/** Messages on their way: undecided, in flight, queued, and how fast they are published and taken. */
export const messageLimits = {
  /** Received but undecided messages of one client; above, its socket is not read. */
  maxPendingPublishes: count(
    1_000,
    'connection',
    'received messages that are not decided',
    'the socket is not read until fewer wait',
  ),
  maxPendingBytes: bytes(
    4 * MiB,
    'connection',
    'bytes of the same messages',
    'the socket is not read until fewer wait',
  ),
  /** Inbound QoS 2 messages of one client that wait for PUBREL. */
  maxInboundQos2: count(
    1_000,
    'session',
    'received QoS 2 messages that wait for PUBREL',
    'the connection is closed: `quota`',
  ),
  /** The Receive Maximum that CONNACK states to clients of MQTT 5. It is less than what is taken, as a few more do no harm. */
  receiveMaximum: count(
    900,
    'connection',
    'QoS 1 and 2 messages of an MQTT 5 client that wait for their acknowledgement, as stated in CONNACK',
    'the same as of `maxPendingPublishes` and `maxInboundQos2`',
  ),
  /** The in-flight window: unacknowledged messages sent to one client, and in a stored session their bytes. */
  maxInflight: count(
    1_024,
    'session',
    'messages in flight (the in-flight window)',
    'later messages wait in the queue',
  ),
  maxInflightBytes: bytes(
    4 * MiB,
    'session',
    'bytes of messages in flight, of a stored session',
    'later messages wait in the queue',
  ),
  /** Messages waiting for one session, connected or not. */
  maxQueuedMessages: count(
    10_000,
    'session',
    'messages in the queue',
    'the oldest QoS 0 makes room; then a connected client is disconnected, `slow_consumer`, else new messages are dropped and counted',
  ),
  maxQueuedBytes: bytes(16 * MiB, 'session', 'bytes in the queue', 'the same'),
  /** Memory of all queues together; no single queue may take more than is free. */
  maxTotalQueuedBytes: bytes(
    256 * MiB,
    'broker',
    'memory of all queues and kept messages in flight; no queue may be larger than what is free of it',
    'the same, first for the largest queues',
  ),
  /** Unsent bytes above which QoS 0 messages to a client are dropped, and above which it is cut off. */
  slowConsumerDropBytes: bytes(
    1 * MiB,
    'connection',
    'unsent bytes',
    'QoS 0 is dropped and counted (past twice the largest message that waits, if more), QoS 1 and 2 wait in the queue',
  ),
  slowConsumerCutBytes: bytes(
    16 * MiB,
    'connection',
    'unsent bytes',
    '`slow_consumer`; past a quarter of it the client is not read, until it takes what it was sent',
  ),
  /** A client that takes no byte for so long, while some wait for it, is cut off. */
  slowConsumerTimeoutMs: milliseconds(
    60_000,
    'connection',
    'time in which a client takes none of the bytes that wait for it',
    'the connection is closed: `slow_consumer`',
  ),
  /** The high watermark of one session's queue: from there on its publishers are held. The low one is half of it. */
  holdQueuedMessages: count(
    1_000,
    'session',
    'high watermark of the queue of a connected client, in messages; at most half of `maxQueuedMessages`',
    'its publishers are held until the queue is down to half of it',
  ),
  holdQueuedBytes: bytes(
    4 * MiB,
    'session',
    'the same in bytes; at most half of `maxQueuedBytes`',
    'the same',
  ),
  /** The rate, in messages or KiB, that a slow consumer must take for its hold on publishers to last… */
  holdMinMessagesPerSecond: count(
    200,
    'session',
    'messages (or KiB) a second that a consumer must take for its hold to last',
    'below it the hold ends, and it puts on no other until it has caught up',
  ),
  /** …measured over this time. When it takes less, the hold ends. */
  holdTimeoutMs: milliseconds(1_000, 'session', 'time over which that rate is measured', 'the hold ends'),
  /** Publishes of one client, and of all clients of one group; above, their sockets are not read. */
  maxPublishesPerSecond: count(
    50_000,
    'connection',
    'publishes a second',
    'the socket is not read until there is room',
  ),
  maxPublishBytesPerSecond: bytes(
    64 * MiB,
    'connection',
    'published bytes a second',
    'the socket is not read until there is room',
  ),
  maxGroupPublishesPerSecond: count(
    500_000,
    'group',
    'publishes a second',
    'none of its sockets is read until there is room',
  ),
  maxGroupPublishBytesPerSecond: bytes(
    256 * MiB,
    'group',
    'published bytes a second',
    'none of its sockets is read until there is room',
  ),
  /** A client that publishes faster than allowed for this long is cut off. */
  rateTimeoutMs: milliseconds(
    30_000,
    'connection',
    'time above a rate without a rest',
    'the connection is closed, in a group those that published most: `rate`',
  ),
}
