import type { ExceededShare, Usage } from '../fairness/shares.js'
import type { BrokerLimits } from '../interface/limits.js'
import type { QuotaAccount, StoredEntry, StoredSession } from '../interface/persistence.js'
import type { BrokerLogger } from '../interface/types.js'
import { OfflineSessions } from './offline-sessions.js'
import { Session, type SessionServices } from './session.js'
import { subscriptionBytes } from './session-bytes.js'
import { SessionRestorer } from './session-restorer.js'

/** All sessions by id, connected or stored. */
export class SessionStore {
  readonly #sessions = new Map<string, Session>()
  readonly #offline = new OfflineSessions()
  readonly #services: SessionServices
  readonly #limits: BrokerLimits
  /** Until all of the store is restored. */
  #restorer: SessionRestorer | null

  constructor(services: SessionServices, limits: BrokerLimits, logger: BrokerLogger) {
    this.#services = services
    this.#limits = limits
    this.#restorer = new SessionRestorer({ ...services, limits, logger })
  }

  get size(): number {
    return this.#sessions.size
  }

  /**
   * The session that a CONNECT asks for. A stored one is discarded first with `clean` [MQTT-3.1.2-6], or when it belongs to
   * another owner.
   */
  take({ sessionId, clean, owner = '', account = nobody }: SessionRequest): {
    session: Session
    present: boolean
  } {
    const known = this.#sessions.get(sessionId)
    if (known && !clean && known.stored && known.owner === owner) {
      this.#offline.delete(known)
      known.usage.account = account
      return { session: known, present: true }
    }
    if (known) this.remove(known)
    const session = new Session(this.#services, { id: sessionId, stored: !clean, owner, account })
    this.#sessions.set(sessionId, session)
    this.#makeRoom(session, { count: 0, bytes: 0 })
    return { session, present: false }
  }

  get(id: string): Session | undefined {
    return this.#sessions.get(id)
  }

  /** Restores a session from the store. One that was connected when the broker stopped is offline from now on. */
  restore(stored: StoredSession): void {
    const { sessionId: id, owner, account } = stored
    this.#restorer?.restore(stored, () => {
      const session = new Session(this.#services, { id, stored: true, owner, account })
      this.#sessions.set(id, session)
      return session
    })
  }

  restoreEntry(entry: StoredEntry): void {
    const session = this.#sessions.get(entry.sessionId)
    if (session) this.#restorer?.restoreEntry(session, entry)
  }

  /** All of the store was passed. */
  restored(): void {
    for (const session of this.#restorer?.finish() ?? []) this.#offline.add(session)
    this.#restorer = null
  }

  /**
   * What has no room for one more subscription; null when there is room. The owner's own sessions without a connection make
   * room for it, the one that is offline longest first.
   */
  exceededBy(session: Session, filter: string): 'session_quota' | ExceededShare | null {
    const { maxFiltersPerSession, maxSessionBytesPerSession } = this.#limits
    const bytes = subscriptionBytes(filter)
    if (session.subscriptions.size >= maxFiltersPerSession) return 'session_quota'
    if (session.usage.bytes + bytes > maxSessionBytesPerSession) return 'session_quota'
    return this.#makeRoom(session, { count: 1, bytes })
  }

  /** Its connection is gone: a clean session ends with it, a stored one stays. */
  release(session: Session): void {
    session.detach()
    if (!session.stored) this.remove(session)
    else {
      this.#offline.add(session)
      this.#evict(session)
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
  #evict(session: Session): void {
    const { maxStoredSessions, maxStoredSessionsPerOwner } = this.#limits
    const own = this.#offline.oldestOf(session.owner, maxStoredSessionsPerOwner)
    if (own) this.remove(own)
    const any = this.#offline.oldestPast(maxStoredSessions)
    if (any) this.remove(any)
    const { shares } = this.#services
    for (let share = shares.exceededBy(session.account, nothing); share !== null; ) {
      const oldest = this.#offline.oldestIn(share, session)
      if (!oldest) return
      this.remove(oldest)
      share = shares.exceededBy(session.account, nothing)
    }
  }

  #makeRoom(session: Session, more: Usage): ExceededShare | null {
    const { shares } = this.#services
    for (;;) {
      const exceeded = shares.exceededBy(session.account, more)
      const oldest = exceeded && this.#offline.oldestIn('owner_quota', session)
      if (!oldest) return exceeded
      this.remove(oldest)
    }
  }
}

const nobody: QuotaAccount = { owner: '', group: '' }
const nothing: Usage = { count: 0, bytes: 0 }

interface SessionRequest {
  sessionId: string
  clean: boolean
  owner?: string | undefined
  account?: QuotaAccount
}
