import type { BrokerLimits } from '../limits.js'
import { Message } from '../packets/message.js'
import type { StoredEntry, StoredMessage, StoredSession } from '../persistence/persistence.js'
import { AbsentSessions } from './absent-sessions.js'
import { Session, type SessionServices } from './session.js'

/** All sessions by id, connected or stored. */
export class SessionStore {
  readonly #sessions = new Map<string, Session>()
  readonly #absent = new AbsentSessions()
  readonly #services: SessionServices
  readonly #limits: BrokerLimits
  /** What several sessions share in the store they share here too; messages of one session alone are let go. */
  readonly #restored = new WeakMap<StoredMessage, Message>()

  constructor(services: SessionServices, limits: BrokerLimits) {
    this.#services = services
    this.#limits = limits
  }

  get size(): number {
    return this.#sessions.size
  }

  /**
   * The session a CONNECT asks for. A stored one is discarded first with `clean` [MQTT-3.1.2-6], or when it was
   * another owner's.
   */
  take(id: string, clean: boolean, owner = ''): { session: Session; present: boolean } {
    const known = this.#sessions.get(id)
    if (known && !clean && known.stored && known.owner === owner) {
      this.#absent.delete(known)
      return { session: known, present: true }
    }
    if (known) this.remove(known)
    const session = new Session(id, !clean, this.#services, owner)
    this.#sessions.set(id, session)
    return { session, present: false }
  }

  get(id: string): Session | undefined {
    return this.#sessions.get(id)
  }

  /** Takes back a stored session. One that was connected when the broker stopped counts as offline from now on. */
  restore({ sessionId, owner, offlineSince, subscriptions, inbound }: StoredSession): void {
    const session = new Session(sessionId, true, this.#services, owner)
    session.restore(offlineSince || Date.now(), subscriptions, inbound)
    this.#sessions.set(sessionId, session)
    this.#absent.add(session)
  }

  restoreEntry(entry: StoredEntry): void {
    this.#sessions.get(entry.sessionId)?.outbound.restore(entry, this.#restoredMessage(entry.message))
  }

  /** Its connection is gone: a clean session ends with it, a stored one waits. */
  release(session: Session): void {
    session.detach()
    if (!session.stored) this.remove(session)
    else {
      this.#absent.add(session)
      this.#evict(session.owner)
    }
  }

  remove(session: Session): void {
    session.end()
    this.#absent.delete(session)
    if (this.#sessions.get(session.id) === session) this.#sessions.delete(session.id)
  }

  /** Forgets stored sessions that match; one that is connected goes on as a clean one. */
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

  /** Forgets sessions nobody came back to. */
  expire(now: number): void {
    for (const session of this.#absent) {
      if (now - session.offlineSince > this.#limits.sessionExpiryMs) this.remove(session)
    }
  }

  // Connected sessions do not count here: maxConnections bounds them.
  #evict(owner: string): void {
    const { maxStoredSessions, maxStoredSessionsPerOwner } = this.#limits
    const own = this.#absent.longestOf(owner, maxStoredSessionsPerOwner)
    if (own) this.remove(own)
    const any = this.#absent.longest(maxStoredSessions)
    if (any) this.remove(any)
  }

  #restoredMessage(stored: StoredMessage): Message {
    let message = this.#restored.get(stored)
    if (!message) {
      message = Message.restored(stored)
      this.#restored.set(stored, message)
    }
    return message
  }
}
