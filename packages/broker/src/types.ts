import type { IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import type { EventLoopDelays } from './event-loop-delay.js'
import type { TypedEmitter } from './events.js'
import type { BrokerLimits } from './limits.js'
import type { Persistence } from './persistence/persistence.js'

export type Qos = 0 | 1 | 2
export type MaybePromise<T> = T | Promise<T>
export type Transport = 'ws' | 'tcp' | 'tls'

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
  | 'timeout'
  | 'undecided'
  | 'server_error'
  | 'server_stopping'

/** What a CONNECT asked for, before anything was decided. `clientId` may be empty (clean sessions only). */
export interface ConnectRequest {
  clientId: string
  username?: string
  password?: Buffer
  clean: boolean
  keepAliveSeconds: number
  protocolVersion: 3 | 4
  transport: Transport
  remoteAddress: string
  httpRequest?: IncomingMessage
  hasWill: boolean
}

export type AuthenticateResult<P> =
  | {
      ok: true
      principal: P
      /** Unique inside the broker. A second connection with the same one takes over from the first. */
      sessionId: string
      /** Epoch milliseconds at which the connection is ended with reason `expired`. */
      expiresAt?: number
      /** Whose publish rate it counts towards, beside its own: an organization, say. */
      group?: string
      /** Whom the session belongs to. A stored one that was another's is forgotten first: nobody inherits. */
      owner?: string
    }
  | { ok: false; returnCode: 2 | 3 | 4 | 5; reason: RefusalReason }

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
}

/** The host's decisions. A hook that throws, hangs or answers nonsense costs its own client only. */
export interface BrokerHooks<P> {
  /** Decides a CONNECT within `limits.authenticateTimeoutMs`, else it is refused with return code 3. */
  authenticate(connect: ConnectRequest): MaybePromise<AuthenticateResult<P>>
  /** Access rule for PUBLISH, and for wills at CONNECT and again when they are sent. */
  authorizePublish(client: ClientInfo<P>, topic: string, packet: { qos: Qos; retain: boolean }): boolean
  /**
   * Access rule for one filter of SUBSCRIBE, and for each restored one when a session comes back. Of a shared
   * subscription it gets the filter without `$share/{name}/`: sharing gives access to nothing else.
   */
  authorizeSubscribe(client: ClientInfo<P>, filter: string): boolean
  /**
   * Called for each allowed PUBLISH (and will) before it is acknowledged or delivered. `forward`: acknowledge and
   * deliver. `drop`: decided and refused, acknowledge only. A promise delays both, and later messages of the same
   * client wait their turn. A rejection or a deadline missed is undecided: never acknowledged, connection ended.
   */
  onPublish?(client: ClientInfo<P>, message: PublishedMessage): MaybePromise<PublishDecision | undefined>
  /**
   * Called in the turn in which a PUBLISH that `onPublish` has decided is handed to its subscribers and its
   * acknowledgement is written: for measuring. Gets the very object that `onPublish` got; not called for wills.
   */
  onSettled?(message: PublishedMessage): void
}

export type PublishDecision = 'forward' | 'drop'

export interface BrokerEvents<P> {
  connected: { client: ClientInfo<P> }
  disconnected: { client: ClientInfo<P>; reason: DisconnectReason }
  refused: {
    stage: 'connect' | 'publish' | 'subscribe'
    reason: RefusalReason
    remoteAddress: string
    sessionId?: string
    clientId?: string
    username?: string
    topic?: string
    client?: ClientInfo<P>
    /** What exactly was wrong, for people; never a payload or a secret. */
    detail?: string
  }
  /** At most one a second and client: `count` messages since the last one, `topic` the newest of them. */
  dropped: { client: ClientInfo<P>; reason: 'slow_consumer'; topic: string; count: number }
}

/** What waits for a client that is connected. */
export interface ClientBacklog<P> {
  readonly client: ClientInfo<P>
  /** Messages that wait for their turn; those in the out-queue are bytes already. */
  readonly messages: number
  /** Bytes in the out-queue and of the messages that wait. */
  readonly bytes: number
}

export interface BrokerStats {
  connections: number
  sessions: number
  subscriptions: number
  retained: number
  /** Memory that messages for all sessions take, waiting or sent and to be sent again; each counts once. */
  queuedBytes: number
  /** How late the event loop of this process was in the last minute or two: the worse of both. */
  eventLoopDelay: EventLoopDelays
  messagesIn: number
  messagesOut: number
  bytesIn: number
  bytesOut: number
  /** Messages not delivered, by cause. */
  dropped: { slowConsumer: number; queueFull: number; refused: number }
  refusals: Partial<Record<RefusalReason, number>>
  disconnects: Partial<Record<DisconnectReason, number>>
}

/** Structured logging; a pino logger fits. Payloads and secrets are never passed. */
export interface BrokerLogger {
  debug(fields: object, message: string): void
  info(fields: object, message: string): void
  warn(fields: object, message: string): void
  error(fields: object, message: string): void
}

export interface Broker<P> {
  readonly events: TypedEmitter<BrokerEvents<P>>
  /** Takes over an accepted TCP or TLS socket. */
  handleTcp(socket: Socket, transport?: 'tcp' | 'tls'): void
  /** Takes over an HTTP upgrade: answers 101, or 4xx when it is no WebSocket with subprotocol `mqtt`. */
  handleUpgrade(
    request: IncomingMessage,
    socket: Duplex,
    head: Buffer,
    options?: { remoteAddress?: string },
  ): void
  /**
   * Publishes as the platform: no access rule, no hook. Throws on an illegal topic. It is delivered at once; the promise
   * resolves when it is durable and no subscriber is too far behind with it: a host that does not wait for that
   * fills queues, and has slow subscribers cut off.
   */
  publish(message: { topic: string; payload: Buffer | string; qos?: Qos; retain?: boolean }): Promise<void>
  /** Accepted connections. */
  clients(): Iterable<ClientInfo<P>>
  /** Ends every live connection that matches, before it returns. Returns how many. */
  disconnect(match: (client: ClientInfo<P>) => boolean, reason: DisconnectReason): number
  /**
   * Forgets stored sessions (subscriptions, queues) that match; a live one goes on as a clean session. `owner` is what
   * `authenticate` gave, or empty. Resolves when a restart brings none of them back; rejects when that is not sure.
   */
  forgetSessions(match: (sessionId: string, owner: string) => boolean): Promise<number>
  /** Moves the moment at which a connection expires. False when there is no such connection. */
  extend(sessionId: string, expiresAt: number): boolean
  /** Changes a live connection's principal, and re-checks its subscriptions against it. */
  setPrincipal(sessionId: string, principal: P): boolean
  /** Retained messages that a filter matches. */
  retained(filter: string): Promise<{ topic: string; payload: Buffer }[]>
  stats(): BrokerStats
  /** Connections for which at least so many bytes wait now. Looks once at each, so it is for every few seconds. */
  backlogs(leastBytes: number): Iterable<ClientBacklog<P>>
  /** Ends every connection and frees everything, within 5 s. */
  close(): Promise<void>
}

export interface BrokerOptions<P> {
  hooks: BrokerHooks<P>
  /** Where sessions and retained messages survive a restart. Without it they are kept in memory only. */
  persistence?: Persistence
  limits?: Partial<BrokerLimits>
  logger?: BrokerLogger
}
