import type { Change, Qos, StoredEntry, StoredMessage } from '@heliograph/broker'

/** What became of an entry: it is new or was replaced, it was sent or released, or it is done with. */
export type EntryDraft =
  | { readonly kind: 'put'; readonly entry: StoredEntry }
  | { readonly kind: 'changed'; readonly packetId: number | null; readonly released: boolean }
  | { readonly kind: 'gone' }

export interface SessionDraft {
  /** All that was stored of it goes first. */
  removed: boolean
  owner: string
  /** Null when nothing was said of the session itself. */
  offlineSince: number | null
  /** Null for a filter that is not subscribed to any more. */
  readonly subscriptions: Map<string, Qos | null>
  /** Whether a packet id is taken. */
  readonly inbound: Map<number, boolean>
  readonly entries: Map<number, EntryDraft>
}

/**
 * Changes that gather for one transaction. A later change takes the place of the one before, so that a draft is never
 * larger than what it describes, however long it gathers: a message that came and went leaves nothing.
 */
export class Draft {
  readonly sessions = new Map<string, SessionDraft>()
  /** Null for a topic whose retained message was taken away. */
  readonly retained = new Map<string, StoredMessage | null>()
  /** How many new entries wait for a message. */
  readonly receivers = new Map<StoredMessage, number>()
  /** How many changes it is made of. */
  changes = 0
  #bytes = 0

  get isEmpty(): boolean {
    return this.sessions.size === 0 && this.retained.size === 0
  }

  /** What its messages take in memory, roughly, each counted once. */
  get bytes(): number {
    return this.#bytes
  }

  add(change: Change): void {
    this.changes++
    if (change.kind === 'retained') this.#retain(change.message.topic, change.message)
    else if (change.kind === 'retained_removed') this.#retain(change.topic, null)
    else if (change.kind === 'session_removed') this.#remove(change.sessionId)
    else this.#addTo(this.#session(change.sessionId), change)
  }

  #addTo(session: SessionDraft, change: SessionChange): void {
    const { subscriptions, inbound } = session
    if (change.kind === 'session') {
      session.owner = change.owner
      session.offlineSince = change.offlineSince
    } else if (change.kind === 'subscription') subscriptions.set(change.filter, change.qos)
    else if (change.kind === 'subscription_removed') subscriptions.set(change.filter, null)
    else if (change.kind === 'inbound') inbound.set(change.packetId, true)
    else if (change.kind === 'inbound_removed') inbound.set(change.packetId, false)
    else this.#addEntry(session.entries, change)
  }

  #addEntry(entries: Map<number, EntryDraft>, change: EntryChange): void {
    const { sequence } = change
    const known = entries.get(sequence)
    if (change.kind === 'queued') {
      this.#release(known)
      const { kind: _, ...entry } = change
      entries.set(sequence, { kind: 'put', entry })
      this.#hold(entry.message)
    } else if (change.kind === 'dequeued') {
      this.#release(known)
      // A sequence is used once, so an entry that is new here was never written.
      if (known?.kind === 'put') entries.delete(sequence)
      else entries.set(sequence, { kind: 'gone' })
    } else if (known?.kind !== 'gone') {
      entries.set(sequence, changed(known, change))
    }
  }

  #remove(sessionId: string): void {
    for (const entry of this.sessions.get(sessionId)?.entries.values() ?? []) this.#release(entry)
    this.sessions.set(sessionId, newSession(true))
  }

  #session(sessionId: string): SessionDraft {
    let session = this.sessions.get(sessionId)
    if (!session) {
      session = newSession(false)
      this.sessions.set(sessionId, session)
    }
    return session
  }

  #retain(topic: string, message: StoredMessage | null): void {
    const known = this.retained.get(topic)
    if (known) this.#bytes -= bytesOf(known)
    if (message) this.#bytes += bytesOf(message)
    this.retained.set(topic, message)
  }

  #hold(message: StoredMessage): void {
    const receivers = this.receivers.get(message) ?? 0
    if (receivers === 0) this.#bytes += bytesOf(message)
    this.receivers.set(message, receivers + 1)
  }

  #release(entry: EntryDraft | undefined): void {
    if (entry?.kind !== 'put') return
    const { message } = entry.entry
    const receivers = (this.receivers.get(message) ?? 0) - 1
    if (receivers > 0) this.receivers.set(message, receivers)
    else if (this.receivers.delete(message)) this.#bytes -= bytesOf(message)
  }
}

function changed(
  known: Exclude<EntryDraft, { kind: 'gone' }> | undefined,
  change: SentOrReleased,
): EntryDraft {
  const released = change.kind === 'released'
  if (known?.kind === 'put') {
    const packetId = change.kind === 'sent' ? change.packetId : known.entry.packetId
    return { kind: 'put', entry: { ...known.entry, packetId, released } }
  }
  const packetId = change.kind === 'sent' ? change.packetId : (known?.packetId ?? null)
  return { kind: 'changed', packetId, released }
}

function newSession(removed: boolean): SessionDraft {
  const nothing = { subscriptions: new Map(), inbound: new Map(), entries: new Map() }
  return { removed, owner: '', offlineSince: null, ...nothing }
}

/** What a message takes beside its payload. */
const messageBytes = 400

function bytesOf({ topic, payload }: StoredMessage): number {
  return topic.length + payload.length + messageBytes
}

type SessionChange = Exclude<Change, { kind: 'retained' | 'retained_removed' | 'session_removed' }>
type EntryChange = Extract<SessionChange, { sequence: number }>
type SentOrReleased = Extract<Change, { kind: 'sent' | 'released' }>
