import type {
  Change,
  Persistence,
  QuotaAccount,
  Restore,
  StoredEntry,
  StoredRetained,
} from '../interface/persistence.js'
import type { Qos } from '../interface/types.js'

/**
 * Keeps all changes in memory, as long as the object lives: a second broker made with it continues where the first one
 * stopped. It is the simplest implementation of the contract, and the reference for others.
 */
export class MemoryPersistence implements Persistence {
  readonly #sessions = new Map<string, Stored>()
  readonly #retained = new Map<string, StoredRetained>()

  async load(restore: Restore): Promise<void> {
    const newest = [...this.#sessions].sort(([, a], [, b]) => lastConnected(b) - lastConnected(a))
    for (const [sessionId, { owner, account, offlineSince, subscriptions, inbound, entries }] of newest) {
      restore.session({
        sessionId,
        owner,
        account,
        offlineSince,
        subscriptions: Array.from(subscriptions, ([filter, qos]) => ({ filter, qos })),
        inbound: [...inbound],
      })
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
      session.owner = change.owner
      session.account = change.account
      session.offlineSince = change.offlineSince
    } else if (change.kind === 'subscription') subscriptions.set(change.filter, change.qos)
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
        owner: '',
        account: { owner: '', group: '' },
        offlineSince: 0,
        subscriptions: new Map(),
        inbound: new Set(),
        entries: new Map(),
      }
      this.#sessions.set(sessionId, session)
    }
    return session
  }
}

function lastConnected({ offlineSince }: Stored): number {
  return offlineSince === 0 ? Number.POSITIVE_INFINITY : offlineSince
}

type SessionChange = Exclude<Change, { kind: 'retained' | 'retained_removed' | 'session_removed' }>

interface Stored {
  owner: string
  account: QuotaAccount
  offlineSince: number
  readonly subscriptions: Map<string, Qos>
  readonly inbound: Set<number>
  readonly entries: Map<number, StoredEntry>
}
