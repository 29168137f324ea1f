/** Every limit of the broker. The README has the same list as a table. */
export interface BrokerLimits {
  /** Size of an MQTT packet, header included; checked on its first bytes, before anything is buffered. */
  maxPacketBytes: number
  /** Size of all incomplete packets, of all clients together. */
  maxPartialBytes: number
  maxTopicBytes: number
  maxTopicLevels: number
  maxWillBytes: number
  maxClientIdBytes: number
  maxFiltersPerPacket: number
  maxFiltersPerSession: number
  /** From the opening of the socket to a complete CONNECT. */
  connectTimeoutMs: number
  authenticateTimeoutMs: number
  /** How long `onPublish` may take for one message. */
  publishTimeoutMs: number
  /** Received but undecided messages of one client; above, its socket is not read. */
  maxPendingPublishes: number
  maxPendingBytes: number
  /** Inbound QoS 2 messages of one client that wait for PUBREL. */
  maxInboundQos2: number
  /** The in-flight window: unacknowledged messages sent to one client, and in a stored session their bytes. */
  maxInflight: number
  maxInflightBytes: number
  /** Messages waiting for one session, connected or not. */
  maxQueuedMessages: number
  maxQueuedBytes: number
  /** Memory of all queues together; no single queue may take more than is free. */
  maxTotalQueuedBytes: number
  /** Unsent bytes above which QoS 0 messages to a client are dropped, and above which it is cut off. */
  slowConsumerDropBytes: number
  slowConsumerCutBytes: number
  /** A client that takes no byte for so long, while some wait for it, is cut off. */
  slowConsumerTimeoutMs: number
  /** The high watermark of one session's queue: from there on its publishers are held. The low one is half of it. */
  holdQueuedMessages: number
  holdQueuedBytes: number
  /** The rate, in messages or KiB, that a slow consumer must take for its hold on publishers to last… */
  holdMinMessagesPerSecond: number
  /** …measured over this time. When it takes less, the hold ends. */
  holdTimeoutMs: number
  /** Publishes of one client, and of all clients of one group; above, their sockets are not read. */
  maxPublishesPerSecond: number
  maxPublishBytesPerSecond: number
  maxGroupPublishesPerSecond: number
  maxGroupPublishBytesPerSecond: number
  /** A client that publishes faster than allowed for this long is cut off. */
  rateTimeoutMs: number
  /** A WebSocket to which nothing was sent for so long is sent a ping, so that no proxy takes it for idle. */
  webSocketPingMs: number
  maxConnections: number
  maxConnectionsPerAddress: number
  maxConnectsPerSecondPerAddress: number
  /** Stored sessions without a connection: all of them, and those of one `AuthenticateResult.owner`. */
  maxStoredSessions: number
  maxStoredSessionsPerOwner: number
  /** A stored session without a connection for so long is forgotten. */
  sessionExpiryMs: number
  /**
   * Retained messages of clients: all of them, and those of one `AuthenticateResult.group` and of one owner
   * (`quotaOwner`). The host's own do not count.
   */
  maxRetainedMessages: number
  maxRetainedBytes: number
  maxRetainedMessagesPerGroup: number
  maxRetainedBytesPerGroup: number
  maxRetainedMessagesPerOwner: number
  maxRetainedBytesPerOwner: number
  /**
   * Processor time of the packets of all clients, and of one, in a turn of the event loop; the rest waits for a later turn.
   * Of those that wait, the client continues first whose group, owner and self have used least lately.
   */
  maxTurnMs: number
  maxClientTurnMs: number
  /**
   * Processor time that messages of one owner may take which the host refuses; above, its clients are not read. Messages that
   * are not refused make up for it.
   */
  maxRefusedMsPerSecond: number
  /** An owner above that for so long is banned: its clients are cut off, and may not connect. */
  refusedTimeoutMs: number
  /** How long the first ban lasts; each further one twice as long, up to the last. */
  minBanMs: number
  maxBanMs: number
}

export const defaultLimits: BrokerLimits = {
  maxPacketBytes: 2 * 1024 * 1024,
  maxPartialBytes: 128 * 1024 * 1024,
  maxTopicBytes: 1024,
  maxTopicLevels: 32,
  maxWillBytes: 16 * 1024,
  maxClientIdBytes: 256,
  maxFiltersPerPacket: 1000,
  maxFiltersPerSession: 10_000,
  connectTimeoutMs: 10_000,
  authenticateTimeoutMs: 5_000,
  publishTimeoutMs: 30_000,
  maxPendingPublishes: 1_000,
  maxPendingBytes: 4 * 1024 * 1024,
  maxInboundQos2: 1_000,
  maxInflight: 1_024,
  maxInflightBytes: 4 * 1024 * 1024,
  maxQueuedMessages: 10_000,
  maxQueuedBytes: 16 * 1024 * 1024,
  maxTotalQueuedBytes: 256 * 1024 * 1024,
  slowConsumerDropBytes: 1024 * 1024,
  slowConsumerCutBytes: 16 * 1024 * 1024,
  slowConsumerTimeoutMs: 60_000,
  holdQueuedMessages: 1_000,
  holdQueuedBytes: 4 * 1024 * 1024,
  holdMinMessagesPerSecond: 200,
  holdTimeoutMs: 1_000,
  maxPublishesPerSecond: 50_000,
  maxPublishBytesPerSecond: 64 * 1024 * 1024,
  maxGroupPublishesPerSecond: 500_000,
  maxGroupPublishBytesPerSecond: 256 * 1024 * 1024,
  rateTimeoutMs: 30_000,
  webSocketPingMs: 25_000,
  maxConnections: 50_000,
  maxConnectionsPerAddress: 20_000,
  maxConnectsPerSecondPerAddress: 3_000,
  maxStoredSessions: 100_000,
  maxStoredSessionsPerOwner: 100,
  sessionExpiryMs: 7 * 24 * 60 * 60 * 1000,
  maxRetainedMessages: 100_000,
  maxRetainedBytes: 256 * 1024 * 1024,
  maxRetainedMessagesPerGroup: 25_000,
  maxRetainedBytesPerGroup: 64 * 1024 * 1024,
  maxRetainedMessagesPerOwner: 5_000,
  maxRetainedBytesPerOwner: 8 * 1024 * 1024,
  maxTurnMs: 4,
  maxClientTurnMs: 0.5,
  maxRefusedMsPerSecond: 50,
  refusedTimeoutMs: 10_000,
  minBanMs: 1_000,
  maxBanMs: 5 * 60_000,
}

/** The defaults, overridden by the given limits. Throws a RangeError that names a bad value. */
export function resolveLimits(given: Partial<BrokerLimits> = {}): BrokerLimits {
  const limits = { ...defaultLimits }
  for (const [name, value] of Object.entries(given)) {
    if (value === undefined) continue
    if (!(name in defaultLimits)) throw new RangeError(`unknown broker limit: ${name}`)
    if (!(value > 0)) throw new RangeError(`broker limit ${name} must be above 0, got ${value}`)
    limits[name as keyof BrokerLimits] = value
  }
  return limits
}
