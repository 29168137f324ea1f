export type Qos = 0 | 1 | 2
/** The protocol level of a CONNECT: MQTT 3.1, 3.1.1 or 5. A bridge's is without its bit 7. */
export type ProtocolVersion = 3 | 4 | 5
export type MaybePromise<T> = T | Promise<T>
export type Transport = 'ws' | 'tcp' | 'tls'

/** A user property of MQTT 5. */
export type UserProperty = readonly [name: string, value: string]

/** Why a CONNECT, PUBLISH or SUBSCRIBE was refused. One list for the whole package. */
export type RefusalReason =
  | 'bad_credentials'
  | 'expired'
  | 'revoked'
  | 'wrong_client_id'
  | 'not_authorized'
  | 'malformed'
  | 'too_large'
  | 'rate'
  | 'quota'
  | 'refused_messages'
  | 'timeout'
  | 'unsupported_protocol'
  | 'unsupported'
  | 'server_unavailable'
  | 'server_error'
  | 'server_stopping'

/** Why a connection ended. */
export type DisconnectReason =
  | 'client'
  | 'connection_lost'
  | 'keep_alive'
  | 'taken_over'
  | 'kicked'
  | 'revoked'
  | 'expired'
  | 'slow_consumer'
  | 'malformed'
  | 'not_authorized'
  | 'too_large'
  | 'rate'
  | 'quota'
  | 'refused_messages'
  | 'timeout'
  | 'undecided'
  | 'server_error'
  | 'server_stopping'

/** Why a message was not retained: the topic's messages may not be, or a share of retained messages has no room for it. */
export type UnretainedReason = 'not_authorized' | 'owner_quota' | 'group_quota' | 'total_quota'

/** One accepted connection. */
export interface ClientInfo<P> {
  readonly sessionId: string
  readonly clientId: string
  readonly principal: P
  readonly transport: Transport
  readonly remoteAddress: string
  readonly connectedAt: number
  readonly connectionId: string
}

/** A message as received. `payload` is a view of the received bytes: read it, never write to it. */
export interface PublishedMessage {
  readonly topic: string
  readonly payload: Buffer
  readonly qos: Qos
  readonly retain: boolean
  readonly dup: boolean
  /** Null for a message without properties, as of each client before MQTT 5. */
  readonly properties: PublishedProperties | null
  /**
   * Adds a user property behind the client's own: subscribers of MQTT 5 get it, and others get the message as it was. Call it
   * before the message is decided, later it throws an Error. Throws a TypeError on a text that MQTT cannot carry, and a RangeError when the properties
   * that were added to one message take more than 16 KiB.
   */
  annotate(name: string, value: string): void
}

/** The properties of a PUBLISH (MQTT 5, section 3.3.2.3) that a host may read. */
export interface PublishedProperties {
  readonly contentType: string | undefined
  readonly responseTopic: string | undefined
  readonly correlationData: Buffer | undefined
  /** In the order in which the client sent them, and what `annotate` added behind them. */
  readonly userProperties: readonly UserProperty[]
  /** The client says that the payload is text, and it is well-formed UTF-8. */
  readonly isText: boolean
  /** Epoch milliseconds; null for a message that does not expire. */
  readonly expiresAt: number | null
}

/** Structured logging; a pino logger fits. Payloads and secrets are never passed. */
export interface BrokerLogger {
  debug(fields: object, message: string): void
  info(fields: object, message: string): void
  warn(fields: object, message: string): void
  error(fields: object, message: string): void
}
