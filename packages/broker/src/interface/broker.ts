import type { IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import type { BrokerHooks } from './hooks.js'
import type { BrokerLimits } from './limits.js'
import type { Persistence } from './persistence.js'
import type { TypedEmitter } from './typed-emitter.js'
import type {
  BrokerLogger,
  ClientInfo,
  DisconnectReason,
  PublishedProperties,
  Qos,
  RefusalReason,
  UnretainedReason,
  UserProperty,
} from './types.js'

export interface Broker<P> {
  readonly events: TypedEmitter<BrokerEvents<P>>
  /** Takes over an accepted TCP or TLS socket. `remoteAddress` is the client's, when a proxy has told it. */
  handleTcp(socket: Socket, transport?: 'tcp' | 'tls', options?: { remoteAddress?: string }): void
  /**
   * Takes over an HTTP upgrade: answers 101, or 4xx when it is no WebSocket with subprotocol `mqtt`. A refusal names `path`,
   * where MQTT is.
   */
  handleUpgrade(
    request: IncomingMessage,
    socket: Duplex,
    head: Buffer,
    options?: { remoteAddress?: string; path?: string },
  ): void
  /**
   * Publishes as the host: no access rule, no hook. Throws on an illegal topic. The message is delivered at once; the
   * promise resolves when it is durable and no consumer is above its high watermark with it. A host that does not wait
   * for that fills queues, and has slow consumers cut off.
   */
  publish(message: HostMessage): Promise<void>
  /** Accepted connections. */
  clients(): Iterable<ClientInfo<P>>
  /** Ends every live connection that matches, before it returns. Returns how many. */
  disconnect(match: (client: ClientInfo<P>) => boolean, reason: DisconnectReason): number
  /**
   * Forgets stored sessions (subscriptions, queues) that match; a connected one continues as a clean session. `owner` is
   * what `authenticate` gave, or empty. Resolves when no restart can bring them back; rejects when that is not certain.
   */
  forgetSessions(match: (sessionId: string, owner: string) => boolean): Promise<number>
  /** Moves the moment at which a connection expires. False when there is no such connection. */
  extend(sessionId: string, expiresAt: number): boolean
  /** Changes a live connection's principal, and checks its subscriptions against it again. */
  setPrincipal(sessionId: string, principal: P): boolean
  /** Retained messages that a filter matches. */
  retained(filter: string): Promise<{ topic: string; payload: Buffer }[]>
  stats(): BrokerStats
  /** Connections for which at least so many bytes wait now. It visits each connection: call it every few seconds. */
  backlogs(leastBytes: number): Iterable<ClientBacklog<P>>
  /** Ends every connection and frees everything, within 5 s. */
  close(): Promise<void>
}

/** A message of the host. */
export interface HostMessage {
  topic: string
  payload: Buffer | string
  qos?: Qos
  retain?: boolean
  /** Those of a message that `onPublish` was given, passed on as they are (MQTT 5, section 3.3.2.3). Others are a TypeError. */
  properties?: PublishedProperties | null
  /** Added behind those of `properties`. */
  userProperties?: readonly UserProperty[]
}

export interface BrokerOptions<P> {
  hooks: BrokerHooks<P>
  /** Where sessions and retained messages survive a restart. Without it they are kept in memory only. */
  persistence?: Persistence
  limits?: Partial<BrokerLimits>
  logger?: BrokerLogger
}

export interface BrokerEvents<P> {
  connected: { client: ClientInfo<P> }
  disconnected: { client: ClientInfo<P>; reason: DisconnectReason }
  refused: {
    /** `will`: it may not be sent; at CONNECT the client is let in without it. */
    stage: 'connect' | 'publish' | 'subscribe' | 'will'
    reason: RefusalReason
    remoteAddress: string
    sessionId?: string
    clientId?: string
    username?: string
    topic?: string
    client?: ClientInfo<P>
    /** What exactly was wrong, for people; never a payload or a secret. */
    detail?: string
    /** How many refusals this stands for, since many are reported together once a second; 1 when absent. */
    count?: number
  }
  /** At most once a second and client: `count` messages since the last event, `topic` of the newest of them. */
  dropped: { client: ClientInfo<P>; reason: 'slow_consumer'; topic: string; count: number }
  /** Messages were delivered but not retained: the first of a topic at once, and how many followed once a minute. */
  unretained: { client: ClientInfo<P>; reason: UnretainedReason; topic: string; count: number }
}

/** How much waits for a connected client. */
export interface ClientBacklog<P> {
  readonly client: ClientInfo<P>
  /** Messages in the session's queue. Messages in the outgoing queue are counted as bytes only. */
  readonly messages: number
  /** Bytes in the outgoing queue and in the session's queue. */
  readonly bytes: number
}

export interface BrokerStats {
  /** Accepted connections. */
  connections: number
  /** Sockets whose CONNECT is not accepted, yet or at all. */
  unauthenticatedConnections: number
  sessions: number
  /** Memory of the sessions with their subscriptions, roughly. */
  sessionBytes: number
  subscriptions: number
  /** Retained messages and the memory that they take: all of them, and those of clients, which the limits bound. */
  retained: number
  retainedBytes: number
  retainedOfClients: { messages: number; bytes: number }
  /** Messages that were delivered but not retained. */
  unretained: Partial<Record<UnretainedReason, number>>
  /** Memory of the messages that are queued or in flight, in all sessions; each message counts once. */
  queuedBytes: number
  /** How late the event loop of this process was: the worse of the current and the previous minute. */
  eventLoopDelay: EventLoopDelays
  /** Processor time of received packets, and what of it was of messages that the host refused. */
  workMs: { total: number; refused: number }
  /** Clients of which packets wait for a later turn of the event loop. */
  waitingClients: number
  /** Owners that may not connect for now, because what they sent was refused. */
  bannedOwners: number
  messagesIn: number
  messagesOut: number
  bytesIn: number
  bytesOut: number
  /** Messages not delivered, by cause. `tooLarge`: for the Maximum Packet Size of a client; `expired`: while they were queued. */
  dropped: { slowConsumer: number; queueFull: number; refused: number; tooLarge: number; expired: number }
  refusals: Partial<Record<RefusalReason, number>>
  disconnects: Partial<Record<DisconnectReason, number>>
}

/** How late the event loop was, in milliseconds. */
export interface EventLoopDelays {
  p50Ms: number
  p99Ms: number
  maxMs: number
}
