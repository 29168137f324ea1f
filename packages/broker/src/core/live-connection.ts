import type { ClientInfo, DisconnectReason } from '../interface/types.js'
import type { OutgoingQueue } from '../transport/outgoing-queue.js'

/** A connection, as the rest of the broker sees it. */
export interface LiveConnection<P> {
  /** Throws before the connection is authenticated. */
  readonly client: ClientInfo<P>
  /** The client has its CONNACK, and the connection has not ended. */
  readonly accepted: boolean
  readonly out: OutgoingQueue
  /** Received bytes of a packet that is not complete yet. */
  readonly partialBytes: number
  /** Its publishes that wait for a decision, a consumer or the store. */
  readonly pendingPublishes: number
  /** How much waits for the client, in its session's queue and in its outgoing queue. */
  readonly backlog: { messages: number; bytes: number }
  /** Ends the connection before it returns. */
  end(reason: DisconnectReason, detail?: string): void
  /** Handles no further packets. */
  stopReading(): void
  /** Calls back when the socket is closed. */
  onceClosed(callback: () => void): void
  /** Moves the moment, in epoch milliseconds, at which the connection expires. */
  extend(expiresAtMs: number): void
  /** Replaces the principal, and checks the subscriptions against it again. */
  setPrincipal(principal: P): void
  /** Enforces its deadlines and rates; called a few times a second. `nowMs` is of the monotonic clock. */
  sweep(nowMs: number, elapsedMs: number): void
}
