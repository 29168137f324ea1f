import type { Shares } from '../fairness/shares.js'
import type { BrokerLimits } from '../interface/limits.js'
import type { StoredEntry, StoredMessage, StoredSession, StoredWill } from '../interface/persistence.js'
import type { BrokerLogger } from '../interface/types.js'
import { Message } from '../messages/message.js'
import type { StoreWriter } from '../persistence/store-writer.js'
import type { Session } from './session.js'
import { storedSessionBytes } from './session-bytes.js'
import { willBytes } from './session-will.js'

export interface RestorerServices {
  readonly shares: Shares
  readonly limits: BrokerLimits
  readonly writer: StoreWriter | null
  readonly logger: BrokerLogger
  readonly sendStoredWill: (session: Session, will: StoredWill) => void
}

/**
 * Takes the sessions of the store, of which the newest come first, as far as there is room for them. The others are
 * forgotten whole, as a client that finds its session relies on all of its subscriptions.
 */
export class SessionRestorer {
  readonly #services: RestorerServices
  readonly #restored: Session[] = []
  readonly #countByOwner = new Map<string, number>()
  readonly #forgotten: StoredSession[] = []
  readonly #expired: StoredEntry[] = []
  /** Those that ended with their connection when the broker stopped. */
  readonly #ended: string[] = []
  /** Messages that several sessions share in the store, so that they share them here too. */
  readonly #messages = new WeakMap<StoredMessage, Message>()

  constructor(services: RestorerServices) {
    this.#services = services
  }

  /** Makes the session with `make`, or forgets it when there is no room for it. */
  restore(stored: StoredSession, make: () => Session): void {
    if (stored.expiryMs === 0) {
      this.#ended.push(stored.sessionId)
      return
    }
    if (!this.#hasRoom(stored)) {
      this.#forgotten.push({ ...stored, subscriptions: [], inbound: [], will: null })
      return
    }
    const { will } = stored
    const session = make()
    const { sendStoredWill } = this.#services
    session.restore(stored, will && { stored: will, send: () => sendStoredWill(session, will) })
    this.#restored.push(session)
    this.#countByOwner.set(session.owner, this.#countOf(session.owner) + 1)
  }

  /** A message of the store, which is one here as well when several entries have it. */
  #message(stored: StoredMessage): Message {
    let message = this.#messages.get(stored)
    if (!message) {
      const { topic, payload, qos, properties } = stored
      message = Message.of({ topic, payload, qos, retain: false, properties })
      this.#messages.set(stored, message)
    }
    return message
  }

  /** Takes an entry that has not expired. One that was in flight is kept, as its client may know the packet id. */
  restoreEntry(session: Session, entry: StoredEntry): void {
    const { message, packetId } = entry
    const expiresAt = message.properties?.expiresAt ?? Number.POSITIVE_INFINITY
    if (packetId === 0 && expiresAt <= Date.now()) this.#expired.push(entry)
    else session.outbound.restore(entry, this.#message(message))
  }

  /** Removes what was forgotten from the store, and logs whose it was. Returns the restored sessions, the oldest first. */
  finish(): Session[] {
    const { writer, logger } = this.#services
    const forgotten = this.#forgotten.splice(0)
    for (const sessionId of this.#ended.splice(0)) writer?.record({ kind: 'session_removed', sessionId })
    for (const { sessionId } of forgotten) writer?.record({ kind: 'session_removed', sessionId })
    for (const { sessionId, sequence } of this.#expired.splice(0))
      writer?.record({ kind: 'dequeued', sessionId, sequence })
    if (forgotten.length > 0)
      logger.warn(
        { sessions: forgotten.length, owners: ownersOf(forgotten) },
        'the oldest stored sessions were forgotten, because they are more than their owners, groups or all may have',
      )
    return this.#restored.splice(0).reverse()
  }

  #hasRoom({ owner, account, subscriptions, will }: StoredSession): boolean {
    const { shares, limits } = this.#services
    if (this.#restored.length >= limits.maxStoredSessions) return false
    if (owner !== '' && this.#countOf(owner) >= limits.maxStoredSessionsPerOwner) return false
    const bytes = storedSessionBytes(subscriptions) + (will ? willBytes(will) : 0)
    const usage = { count: subscriptions.length, bytes }
    return bytes <= limits.maxSessionBytesPerSession && shares.exceededBy(account, usage) === null
  }

  #countOf(owner: string): number {
    return this.#countByOwner.get(owner) ?? 0
  }
}

/** Those with most sessions first, each with their number. */
function ownersOf(sessions: readonly StoredSession[]): string[] {
  const counts = new Map<string, number>()
  for (const { owner, account } of sessions) {
    const name = [account.group, account.owner || owner].filter((part) => part !== '').join(' ')
    counts.set(name, (counts.get(name) ?? 0) + 1)
  }
  const most = [...counts].sort(([, a], [, b]) => b - a).slice(0, loggedOwners)
  return most.map(([name, count]) => `${name === '' ? 'no owner' : name}: ${count}`)
}

const loggedOwners = 5
