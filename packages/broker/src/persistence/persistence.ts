import type { Qos } from '../types.js'

/**
 * Where sessions, queued messages and retained messages survive a restart. The broker keeps all of it in memory and
 * works from there; the store is told of each change and asked once, at start, for everything.
 *
 * Only stored sessions (clean session 0) and retained messages are written. Nothing is ever read back while running.
 */
export interface Persistence {
  /**
   * Hands over all that is stored, called once before anything else: each session before its entries, and a session's
   * entries in rising `sequence`. A rejection makes `createBroker` reject.
   */
  load(restore: Restore): Promise<void>
  /**
   * Makes changes durable; resolves when a crash of the machine's process cannot lose them any more.
   *
   * - The changes of one call become durable together or not at all, and calls in the order they were made.
   * - Promises resolve in the order of the calls. Many calls may be open: commit several in one transaction.
   * - It is called at most once a turn of the event loop, never with an empty list, and must not block.
   * - What a later change of the same or of an unfinished call undoes (`queued` … `dequeued`) need not be written.
   * - A store that is away for a moment should try again by itself. A rejection means given up: publishers whose
   *   acknowledgement waited for it are cut off without one (`undecided`), and the broker goes on.
   * - Applying a change twice must be the same as once, and removing what is not there must do nothing.
   */
  write(changes: readonly Change[]): Promise<void>
  /** Called once, after the last `write` has settled. */
  close(): Promise<void>
}

/** A message as it is kept. Sessions that were given the same message in one `write` hold the same object. */
export interface StoredMessage {
  readonly topic: string
  readonly payload: Buffer
  /** As published; an entry has the QoS it is delivered at. */
  readonly qos: Qos
}

/** One message on its way to one session; (`sessionId`, `sequence`) is its key. */
export interface StoredEntry {
  readonly sessionId: string
  /** Rises with each entry of a session; the order of delivery. */
  readonly sequence: number
  readonly message: StoredMessage
  readonly qos: 1 | 2
  readonly retain: boolean
  /** 0 until it was sent, or is about to be. */
  readonly packetId: number
  /** PUBREC has come: only PUBREL is left to send, and the message's payload is not needed any more. */
  readonly released: boolean
}

export interface StoredSession {
  readonly sessionId: string
  /** Whom it belongs to, as the host said; empty when it did not. */
  readonly owner: string
  /** Epoch milliseconds since which nobody is connected; 0 when somebody was. */
  readonly offlineSince: number
  readonly subscriptions: readonly { readonly filter: string; readonly qos: Qos }[]
  /** Packet ids of QoS 2 messages taken in and not yet released by PUBREL. */
  readonly inbound: readonly number[]
}

export type Change =
  /** A session was made, or connected or left. Its subscriptions, ids and entries stay. */
  | {
      readonly kind: 'session'
      readonly sessionId: string
      readonly owner: string
      readonly offlineSince: number
    }
  /** A session is gone, with its subscriptions, ids and entries. */
  | { readonly kind: 'session_removed'; readonly sessionId: string }
  | {
      readonly kind: 'subscription'
      readonly sessionId: string
      readonly filter: string
      readonly qos: Qos
    }
  | { readonly kind: 'subscription_removed'; readonly sessionId: string; readonly filter: string }
  /** A message waits for the session, or was sent at once when `packetId` is not 0. */
  | ({ readonly kind: 'queued' } & StoredEntry)
  /** An entry got its packet id. */
  | {
      readonly kind: 'sent'
      readonly sessionId: string
      readonly sequence: number
      readonly packetId: number
    }
  | { readonly kind: 'released'; readonly sessionId: string; readonly sequence: number }
  /** An entry is done with: acknowledged, or not wanted any more. */
  | { readonly kind: 'dequeued'; readonly sessionId: string; readonly sequence: number }
  | { readonly kind: 'inbound'; readonly sessionId: string; readonly packetId: number }
  | { readonly kind: 'inbound_removed'; readonly sessionId: string; readonly packetId: number }
  /** The topic's retained message, in place of the one before. */
  | { readonly kind: 'retained'; readonly message: StoredMessage }
  | { readonly kind: 'retained_removed'; readonly topic: string }

/** Takes what `load` finds. Synchronous: hand over a page, let the event loop turn, hand over the next. */
export interface Restore {
  session(session: StoredSession): void
  /** An entry of a session that was handed over; others are ignored. */
  entry(entry: StoredEntry): void
  retained(message: StoredMessage): void
}
