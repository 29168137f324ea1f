import type {
  Change,
  Persistence,
  Restore,
  StoredEntry,
  StoredRetained,
  StoredSessionState,
  StoredSubscription,
  StoredWill,
} from '../interface/persistence.js'

/**
 * Keeps all changes in memory, as long as the object lives: a second broker made with it continues where the first one
 * stopped. It is the simplest implementation of the contract, and the reference for others.
 */
export class MemoryPersistence implements Persistence {
  readonly #sessions = new Map<string, Stored>()
  readonly #retained = new Map<string, StoredRetained>()

  async load(restore: Restore): Promise<void> {
    const newest = [...this.#sessions].sort(([, a], [, b]) => lastConnected(b) - lastConnected(a))
    for (const [sessionId, { state, subscriptions, inbound, entries, will }] of newest) {
      const kept = { subscriptions: [...subscriptions.values()], inbound: [...inbound], will }
      restore.session({ sessionId, ...state, ...kept })
      const sequences = [...entries.keys()].sort((a, b) => a - b)
      for (const sequence of sequences) restore.entry(entries.get(sequence) as StoredEntry)
    }
    const newestFirst = [...this.#retained.values()].sort((a, b) => b.retainedAt - a.retainedAt)
    for (const stored of newestFirst) restore.retained(stored)
  }

  async write(changes: readonly Change[]): Promise<void> {
    for (const change of changes) this.#apply(change)
  }

  async close(): Promise<void> {}

  #apply(change: Change): void {
    if (change.kind === 'retained') {
      const { kind: _, ...stored } = change
      this.#retained.set(change.message.topic, stored)
    } else if (change.kind === 'retained_removed') this.#retained.delete(change.topic)
    else if (change.kind === 'session_removed') this.#sessions.delete(change.sessionId)
    else this.#applyTo(this.#session(change.sessionId), change)
  }

  #applyTo(session: Stored, change: SessionChange): void {
    const { subscriptions, inbound, entries } = session
    if (change.kind === 'session') {
      const { owner, account, offlineSince, expiryMs } = change
      session.state = { owner, account, offlineSince, expiryMs }
    } else if (change.kind === 'subscription') {
      const { kind: _, sessionId: _id, ...subscription } = change
      subscriptions.set(change.filter, subscription)
    } else if (change.kind === 'will') session.will = change.will
    else if (change.kind === 'subscription_removed') subscriptions.delete(change.filter)
    else if (change.kind === 'inbound') inbound.add(change.packetId)
    else if (change.kind === 'inbound_removed') inbound.delete(change.packetId)
    else if (change.kind === 'dequeued') entries.delete(change.sequence)
    else if (change.kind === 'queued') {
      const { kind: _, ...entry } = change
      entries.set(change.sequence, entry)
    } else {
      const entry = entries.get(change.sequence)
      if (!entry) return
      const packetId = change.kind === 'sent' ? change.packetId : entry.packetId
      entries.set(change.sequence, { ...entry, packetId, released: change.kind === 'released' })
    }
  }

  #session(sessionId: string): Stored {
    let session = this.#sessions.get(sessionId)
    if (!session) {
      session = {
        state: { owner: '', account: { owner: '', group: '' }, offlineSince: 0, expiryMs: 0 },
        will: null,
        subscriptions: new Map(),
        inbound: new Set(),
        entries: new Map(),
      }
      this.#sessions.set(sessionId, session)
    }
    return session
  }
}

function lastConnected({ state: { offlineSince } }: Stored): number {
  return offlineSince === 0 ? Number.POSITIVE_INFINITY : offlineSince
}

type SessionChange = Exclude<Change, { kind: 'retained' | 'retained_removed' | 'session_removed' }>

interface Stored {
  state: StoredSessionState
  will: StoredWill | null
  readonly subscriptions: Map<string, StoredSubscription>
  readonly inbound: Set<number>
  readonly entries: Map<number, StoredEntry>
}
