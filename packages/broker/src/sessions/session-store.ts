import type { BrokerLimits } from '../limits.js'
import { Message } from '../packets/message.js'
import type { StoredEntry, StoredSession } from '../persistence/persistence.js'
import { Session, type SessionServices } from './session.js'

/** All sessions by id, connected or stored. */
export class SessionStore {
  readonly #sessions = new Map<string, Session>()
  readonly #services: SessionServices
  readonly #limits: BrokerLimits

  constructor(services: SessionServices, limits: BrokerLimits) {
    this.#services = services
    this.#limits = limits
  }

  get size(): number {
    return this.#sessions.size
  }

  /** The session a CONNECT asks for. With `clean` a stored one is discarded first [MQTT-3.1.2-6]. */
  take(id: string, clean: boolean): { session: Session; present: boolean } {
    const known = this.#sessions.get(id)
    if (known && !clean && known.stored) return { session: known, present: true }
    if (known) this.remove(known)
    const session = new Session(id, !clean, this.#services)
    this.#sessions.set(id, session)
    return { session, present: false }
  }

  get(id: string): Session | undefined {
    return this.#sessions.get(id)
  }

  /** Takes back a stored session. One that was connected when the broker stopped counts as offline from now on. */
  restore({ sessionId, offlineSince, subscriptions, inbound }: StoredSession): void {
    const session = new Session(sessionId, true, this.#services)
    session.restore(offlineSince || Date.now(), subscriptions, inbound)
    this.#sessions.set(sessionId, session)
  }

  restoreEntry(entry: StoredEntry): void {
    const { topic, payload, qos } = entry.message
    this.#sessions.get(entry.sessionId)?.outbound.restore(entry, Message.of(topic, payload, qos, false))
  }

  /** Its connection is gone: a clean session ends with it, a stored one waits. */
  release(session: Session): void {
    session.detach()
    if (!session.stored) this.remove(session)
    else this.#evictAbove(this.#limits.maxStoredSessions)
  }

  remove(session: Session): void {
    session.end()
    if (this.#sessions.get(session.id) === session) this.#sessions.delete(session.id)
  }

  /** Forgets stored sessions that match; one that is connected goes on as a clean one. */
  forget(match: (sessionId: string) => boolean): number {
    let count = 0
    for (const session of this.#sessions.values()) {
      if (!session.stored || !match(session.id)) continue
      count++
      if (session.link) session.forget()
      else this.remove(session)
    }
    return count
  }

  /** Forgets sessions nobody came back to. */
  expire(now: number): void {
    for (const session of this.#sessions.values()) {
      if (session.offlineSince > 0 && now - session.offlineSince > this.#limits.sessionExpiryMs)
        this.remove(session)
    }
  }

  // Oldest first by creation: a Map keeps that order. Connected sessions are bounded by maxConnections.
  #evictAbove(limit: number): void {
    if (this.#sessions.size <= limit) return
    for (const session of this.#sessions.values()) {
      if (this.#sessions.size <= limit) return
      if (!session.link) this.remove(session)
    }
  }
}
