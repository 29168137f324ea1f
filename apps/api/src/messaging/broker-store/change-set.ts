import type {
  Change,
  StoredEntry,
  StoredMessage,
  StoredRetained,
  StoredSessionState,
  StoredSubscription,
  StoredWill,
} from '@heliograph/broker'

/** What happened to an entry: it is new or was replaced, it was sent or released, or it was removed. */
export type EntryChanges =
  | { readonly kind: 'put'; readonly entry: StoredEntry }
  | { readonly kind: 'changed'; readonly packetId: number | null; readonly released: boolean }
  | { readonly kind: 'removed' }

export interface SessionChanges {
  /** Whether everything that is stored of it is deleted first. */
  removed: boolean
  /** Null when the session itself did not change. */
  state: StoredSessionState | null
  /** Undefined when it did not change; null when it was removed. */
  will: StoredWill | null | undefined
  /** By topic filter; null for a subscription that was removed. */
  readonly subscriptions: Map<string, StoredSubscription | null>
  /** Whether each packet id is in use. */
  readonly inbound: Map<number, boolean>
  readonly entries: Map<number, EntryChanges>
}

/**
 * Changes that gather for one transaction. A later change takes the place of the one before, so that it is never
 * larger than what it describes, however long it gathers: a message that was queued and dequeued leaves nothing.
 */
export class ChangeSet {
  readonly sessions = new Map<string, SessionChanges>()
  /** The retained message by topic; null for one that was removed. */
  readonly retained = new Map<string, StoredRetained | null>()
  /** How many new entries have each message. */
  readonly receivers = new Map<StoredMessage, number>()
  /** How many changes it is made of. */
  changes = 0
  #bytes = 0

  get isEmpty(): boolean {
    return this.sessions.size === 0 && this.retained.size === 0
  }

  /** Rough bytes of memory that its messages, each counted once, and its filters take. */
  get bytes(): number {
    return this.#bytes
  }

  add(change: Change): void {
    this.changes++
    if (change.kind === 'retained') this.#retain(change.message.topic, change)
    else if (change.kind === 'retained_removed') this.#retain(change.topic, null)
    else if (change.kind === 'session_removed') this.#remove(change.sessionId)
    else this.#addTo(this.#session(change.sessionId), change)
  }

  #addTo(session: SessionChanges, change: ChangeOfSession): void {
    const { subscriptions, inbound } = session
    if (change.kind === 'session') {
      const { owner, account, offlineSince, expiryMs } = change
      session.state = { owner, account, offlineSince, expiryMs }
    } else if (change.kind === 'will') this.#leave(session, change.will)
    else if (change.kind === 'subscription') this.#subscribe(subscriptions, change.filter, change)
    else if (change.kind === 'subscription_removed') this.#subscribe(subscriptions, change.filter, null)
    else if (change.kind === 'inbound') inbound.set(change.packetId, true)
    else if (change.kind === 'inbound_removed') inbound.set(change.packetId, false)
    else this.#addEntry(session.entries, change)
  }

  #subscribe(
    subscriptions: SessionChanges['subscriptions'],
    filter: string,
    subscription: StoredSubscription | null,
  ): void {
    if (!subscriptions.has(filter)) this.#bytes += bytesOfFilter(filter)
    subscriptions.set(filter, subscription)
  }

  #leave(session: SessionChanges, will: StoredWill | null): void {
    this.#bytes += bytesOfWill(will) - bytesOfWill(session.will)
    session.will = will
  }

  #addEntry(entries: Map<number, EntryChanges>, change: ChangeOfEntry): void {
    const { sequence } = change
    const known = entries.get(sequence)
    if (change.kind === 'queued') {
      this.#removeReceiver(known)
      const { kind: _, ...entry } = change
      entries.set(sequence, { kind: 'put', entry })
      this.#addReceiver(entry.message)
    } else if (change.kind === 'dequeued') {
      this.#removeReceiver(known)
      // A sequence is used once, so an entry that is new here was never written.
      if (known?.kind === 'put') entries.delete(sequence)
      else entries.set(sequence, { kind: 'removed' })
    } else if (known?.kind !== 'removed') {
      entries.set(sequence, changed(known, change))
    }
  }

  #remove(sessionId: string): void {
    const known = this.sessions.get(sessionId)
    for (const entry of known?.entries.values() ?? []) this.#removeReceiver(entry)
    for (const filter of known?.subscriptions.keys() ?? []) this.#bytes -= bytesOfFilter(filter)
    this.#bytes -= bytesOfWill(known?.will)
    this.sessions.set(sessionId, newSession(true))
  }

  #session(sessionId: string): SessionChanges {
    let session = this.sessions.get(sessionId)
    if (!session) {
      session = newSession(false)
      this.sessions.set(sessionId, session)
    }
    return session
  }

  #retain(topic: string, stored: StoredRetained | null): void {
    const known = this.retained.get(topic)
    if (known) this.#bytes -= bytesOf(known.message)
    if (stored) this.#bytes += bytesOf(stored.message)
    this.retained.set(topic, stored)
  }

  #addReceiver(message: StoredMessage): void {
    const receivers = this.receivers.get(message) ?? 0
    if (receivers === 0) this.#bytes += bytesOf(message)
    this.receivers.set(message, receivers + 1)
  }

  #removeReceiver(entry: EntryChanges | undefined): void {
    if (entry?.kind !== 'put') return
    const { message } = entry.entry
    const receivers = (this.receivers.get(message) ?? 0) - 1
    if (receivers > 0) this.receivers.set(message, receivers)
    else if (this.receivers.delete(message)) this.#bytes -= bytesOf(message)
  }
}

function changed(
  known: Exclude<EntryChanges, { kind: 'removed' }> | undefined,
  change: SentOrReleased,
): EntryChanges {
  const released = change.kind === 'released'
  if (known?.kind === 'put') {
    const packetId = change.kind === 'sent' ? change.packetId : known.entry.packetId
    return { kind: 'put', entry: { ...known.entry, packetId, released } }
  }
  const packetId = change.kind === 'sent' ? change.packetId : (known?.packetId ?? null)
  return { kind: 'changed', packetId, released }
}

function newSession(removed: boolean): SessionChanges {
  const nothing = { subscriptions: new Map(), inbound: new Map(), entries: new Map() }
  return { removed, state: null, will: undefined, ...nothing }
}

function bytesOfFilter(filter: string): number {
  return filter.length + filterBytes
}

/** Rough bytes of memory that a changed subscription takes beside its filter. */
const filterBytes = 100

/** Rough bytes of memory that a message takes beside its topic, payload and properties. */
const messageBytes = 400

function bytesOfWill(will: StoredWill | null | undefined): number {
  return will ? bytesOf({ ...will, properties: { encoded: will.properties } }) : 0
}

function bytesOf({ topic, payload, properties }: SizedMessage): number {
  return topic.length + payload.length + (properties?.encoded?.length ?? 0) + messageBytes
}

type SizedMessage = Pick<StoredMessage, 'topic' | 'payload'> & {
  properties: { readonly encoded: Buffer | null } | null
}
type ChangeOfSession = Exclude<Change, { kind: 'retained' | 'retained_removed' | 'session_removed' }>
type ChangeOfEntry = Extract<ChangeOfSession, { sequence: number }>
type SentOrReleased = Extract<Change, { kind: 'sent' | 'released' }>
