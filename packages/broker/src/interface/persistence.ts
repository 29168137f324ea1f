import type { Qos } from './types.js'

/**
 * The store in which sessions, queued messages and retained messages survive a restart. The broker works from memory: it
 * writes each change to the store, and loads everything once, at the start.
 *
 * Only stored sessions (clean session 0, or a session expiry above 0) and retained messages are written. Nothing is read back while running.
 */
export interface Persistence {
  /**
   * Passes everything that is stored to `restore`: the newest sessions and retained messages first, each session before its
   * entries, and a session's entries in rising `sequence`. Called once, before anything else. A rejection makes `createBroker` reject.
   */
  load(restore: Restore): Promise<void>
  /**
   * Makes changes durable; resolves when a crash of the process cannot lose them any more.
   *
   * - The changes of one call become durable together or not at all, and calls in the order they were made.
   * - Promises resolve in the order of the calls. Many calls may be open: commit several in one transaction.
   * - It is called at most once a turn of the event loop, never with an empty list, and must not block.
   * - A change need not be written when a later one, of the same or of an unfinished call, undoes it (`queued` … `dequeued`).
   * - A store that is unavailable for a moment should retry. A rejection means that it gave up: publishers whose
   *   acknowledgement waited for it are disconnected without one (`undecided`), and the broker continues.
   * - Applying a change twice must be the same as once, and removing something that is not there must do nothing.
   */
  write(changes: readonly Change[]): Promise<void>
  /** Called once, after the promise of the last `write` has settled. */
  close(): Promise<void>
}

/** A message as it is stored. Sessions that were given the same message in one `write` hold the same object. */
export interface StoredMessage {
  readonly topic: string
  readonly payload: Buffer
  /** The QoS it was published with; an entry has the QoS it is delivered with. */
  readonly qos: Qos
  /** Null when it has none. */
  readonly properties: StoredProperties | null
}

/** The properties of a message (MQTT 5, section 3.3.2.3). */
export interface StoredProperties {
  /** Those that leave with the message as they are, in the bytes of the specification; null for none. */
  readonly encoded: Buffer | null
  /** Epoch milliseconds at which the message expires; null for never. */
  readonly expiresAt: number | null
}

/** Whom something of a client counts towards, as the host named them; empty where it named none. */
export interface QuotaAccount {
  readonly owner: string
  readonly group: string
}

/** The retained message of its topic. */
export interface StoredRetained {
  readonly message: StoredMessage
  /** Null for a message of the host, which counts towards no limit. */
  readonly account: QuotaAccount | null
  /** Epoch milliseconds. */
  readonly retainedAt: number
}

/** One message that is queued or in flight for one session; (`sessionId`, `sequence`) is its key. */
export interface StoredEntry {
  readonly sessionId: string
  /** Rises with each entry of a session; the order of delivery. */
  readonly sequence: number
  readonly message: StoredMessage
  readonly qos: 1 | 2
  readonly retain: boolean
  /** Subscription identifiers that it is sent with (MQTT 5, section 3.3.2.3.8). */
  readonly identifiers: readonly number[]
  /** 0 until it is sent, or about to be sent. */
  readonly packetId: number
  /** PUBREC has come: only PUBREL is left to send, and the payload is not needed any more. */
  readonly released: boolean
}

/** What is stored of a session itself. */
export interface StoredSessionState {
  /** Its owner, as the host named it; empty when it named none. */
  readonly owner: string
  readonly account: QuotaAccount
  /** Epoch milliseconds since which no client is connected; 0 while one is. */
  readonly offlineSince: number
  /** How long it outlives its connection. 0: it ends with it. */
  readonly expiryMs: number
}

/** A filter with the options of its subscription; those behind `qos` are of MQTT 5 (section 3.8.3.1). */
export interface StoredSubscription {
  readonly filter: string
  readonly qos: Qos
  readonly noLocal: boolean
  readonly retainAsPublished: boolean
  /** 0 for none. */
  readonly identifier: number
}

/** A will that is sent when its delay has passed since `offlineSince`, or when the session ends before. */
export interface StoredWill {
  readonly clientId: string
  readonly topic: string
  readonly payload: Buffer
  readonly qos: Qos
  readonly retain: boolean
  readonly delaySeconds: number
  /** The message expiry interval; -1 for a message that does not expire. */
  readonly expirySeconds: number
  /** The properties that are sent with it, encoded; null for none. */
  readonly properties: Buffer | null
}

export interface StoredSession extends StoredSessionState {
  readonly sessionId: string
  readonly subscriptions: readonly StoredSubscription[]
  /** Packet ids of received QoS 2 messages that PUBREL has not released yet. */
  readonly inbound: readonly number[]
  /** Null when there is none to send. */
  readonly will: StoredWill | null
}

export type Change =
  /** A session was made, or its client connected or left. Its subscriptions, ids, entries and will stay. */
  | ({ readonly kind: 'session'; readonly sessionId: string } & StoredSessionState)
  /** A session was removed, with its subscriptions, ids, entries and will. */
  | { readonly kind: 'session_removed'; readonly sessionId: string }
  | ({ readonly kind: 'subscription'; readonly sessionId: string } & StoredSubscription)
  | { readonly kind: 'subscription_removed'; readonly sessionId: string; readonly filter: string }
  /** The session's will was set in place of the one before; null when there is none any more. */
  | { readonly kind: 'will'; readonly sessionId: string; readonly will: StoredWill | null }
  /** A message was queued for the session, or sent at once when `packetId` is not 0. */
  | ({ readonly kind: 'queued' } & StoredEntry)
  /** An entry got its packet id. */
  | {
      readonly kind: 'sent'
      readonly sessionId: string
      readonly sequence: number
      readonly packetId: number
    }
  | { readonly kind: 'released'; readonly sessionId: string; readonly sequence: number }
  /** An entry was acknowledged, or is not wanted any more. */
  | { readonly kind: 'dequeued'; readonly sessionId: string; readonly sequence: number }
  | { readonly kind: 'inbound'; readonly sessionId: string; readonly packetId: number }
  | { readonly kind: 'inbound_removed'; readonly sessionId: string; readonly packetId: number }
  /** The topic's retained message was set, in place of the one before. */
  | ({ readonly kind: 'retained' } & StoredRetained)
  | { readonly kind: 'retained_removed'; readonly topic: string }

/** Takes what `load` reads. It is synchronous: pass one page, let the event loop turn, pass the next. */
export interface Restore {
  /** The newest first, by `offlineSince`, as for retained messages; those whose client is connected are the newest. */
  session(session: StoredSession): void
  /** An entry of a session that was passed before; others are ignored. */
  entry(entry: StoredEntry): void
  /** The newest first, by `retainedAt`: what is more than the limits allow is forgotten, and removed by a later `write`. */
  retained(stored: StoredRetained): void
}
