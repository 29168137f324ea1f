import type { BrokerLimits } from '../interface/limits.js'
import type { StoredEntry, StoredMessage, StoredSession } from '../interface/persistence.js'
import { Message } from '../messages/message.js'
import { OfflineSessions } from './offline-sessions.js'
import { Session, type SessionServices } from './session.js'

/** All sessions by id, connected or stored. */
export class SessionStore {
  readonly #sessions = new Map<string, Session>()
  readonly #offline = new OfflineSessions()
  readonly #services: SessionServices
  readonly #limits: BrokerLimits
  /** Messages that several sessions share in the store, so that they share them here too. */
  readonly #restored = new WeakMap<StoredMessage, Message>()

  constructor(services: SessionServices, limits: BrokerLimits) {
    this.#services = services
    this.#limits = limits
  }

  get size(): number {
    return this.#sessions.size
  }

  /**
   * The session that a CONNECT asks for. A stored one is discarded first with `clean` [MQTT-3.1.2-6], or when it belongs to
   * another owner.
   */
  take({ sessionId, clean, owner = '' }: SessionRequest): { session: Session; present: boolean } {
    const known = this.#sessions.get(sessionId)
    if (known && !clean && known.stored && known.owner === owner) {
      this.#offline.delete(known)
      return { session: known, present: true }
    }
    if (known) this.remove(known)
    const session = new Session(this.#services, { id: sessionId, stored: !clean, owner })
    this.#sessions.set(sessionId, session)
    return { session, present: false }
  }

  get(id: string): Session | undefined {
    return this.#sessions.get(id)
  }

  /** Restores a session from the store. One that was connected when the broker stopped is offline from now on. */
  restore({ sessionId, owner, offlineSince, subscriptions, inbound }: StoredSession): void {
    const session = new Session(this.#services, { id: sessionId, stored: true, owner })
    session.restore({ offlineSince, subscriptions, inbound })
    this.#sessions.set(sessionId, session)
    this.#offline.add(session)
  }

  restoreEntry(entry: StoredEntry): void {
    this.#sessions.get(entry.sessionId)?.outbound.restore(entry, this.#restoredMessage(entry.message))
  }

  /** Its connection is gone: a clean session ends with it, a stored one stays. */
  release(session: Session): void {
    session.detach()
    if (!session.stored) this.remove(session)
    else {
      this.#offline.add(session)
      this.#evict(session.owner)
    }
  }

  remove(session: Session): void {
    session.end()
    this.#offline.delete(session)
    if (this.#sessions.get(session.id) === session) this.#sessions.delete(session.id)
  }

  /** Forgets stored sessions that match; a connected one continues as a clean session. */
  forget(match: (sessionId: string, owner: string) => boolean): number {
    let count = 0
    for (const session of this.#sessions.values()) {
      if (!session.stored || !match(session.id, session.owner)) continue
      count++
      if (session.link) session.forget()
      else this.remove(session)
    }
    return count
  }

  /** Forgets sessions that were offline for too long, by the monotonic clock. */
  expire(nowMs: number): void {
    for (const session of this.#offline) {
      if (nowMs - session.offlineSinceMs > this.#limits.sessionExpiryMs) this.remove(session)
    }
  }

  // Connected sessions do not count here: maxConnections bounds them.
  #evict(owner: string): void {
    const { maxStoredSessions, maxStoredSessionsPerOwner } = this.#limits
    const own = this.#offline.oldestOf(owner, maxStoredSessionsPerOwner)
    if (own) this.remove(own)
    const any = this.#offline.oldestPast(maxStoredSessions)
    if (any) this.remove(any)
  }

  #restoredMessage(stored: StoredMessage): Message {
    let message = this.#restored.get(stored)
    if (!message) {
      message = Message.of({ topic: stored.topic, payload: stored.payload, qos: stored.qos, retain: false })
      this.#restored.set(stored, message)
    }
    return message
  }
}

interface SessionRequest {
  sessionId: string
  clean: boolean
  owner?: string | undefined
}
