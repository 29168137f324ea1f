import type { ExceededShare, Usage } from '../fairness/shares.js'
import type { BrokerLimits } from '../interface/limits.js'
import type { QuotaAccount, StoredEntry, StoredSession, StoredWill } from '../interface/persistence.js'
import type { BrokerLogger } from '../interface/types.js'
import { OfflineSessions } from './offline-sessions.js'
import { Session } from './session.js'
import { subscriptionBytes } from './session-bytes.js'
import { SessionRestorer } from './session-restorer.js'
import type { SessionServices } from './session-services.js'
import { Timetable } from './timetable.js'

/** All sessions by id, connected or stored. */
export class SessionStore {
  readonly #sessions = new Map<string, Session>()
  readonly #offline = new OfflineSessions()
  readonly #services: SessionServices
  readonly #limits: BrokerLimits
  /** Sessions without a connection, by when they expire or their will is due. */
  readonly #due = new Timetable<Session>(performance.now())
  /** Until all of the store is restored. */
  #restorer: SessionRestorer | null

  /** `sendStoredWill` is called for a will of which the client has not been back since the start. */
  constructor(
    services: SessionServices,
    limits: BrokerLimits,
    logger: BrokerLogger,
    sendStoredWill: (session: Session, will: StoredWill) => void = () => {},
  ) {
    this.#services = services
    this.#limits = limits
    this.#restorer = new SessionRestorer({ ...services, limits, logger, sendStoredWill })
  }

  get size(): number {
    return this.#sessions.size
  }

  /**
   * The session that a CONNECT asks for. A stored one is discarded first with `clean` [MQTT-3.1.2-6], when it belongs to
   * another owner, or when it has expired. The will of one that is resumed is not sent [MQTT-3.1.3-9].
   */
  take({ sessionId, clean, expiryMs, owner = '', account = nobody }: SessionRequest): {
    session: Session
    present: boolean
  } {
    const known = this.#sessions.get(sessionId)
    if (known && !clean && known.owner === owner && this.#isThere(known)) {
      this.#setOnline(known)
      known.usage.account = account
      known.expiryMs = expiryMs
      known.will = null
      return { session: known, present: true }
    }
    if (known) this.remove(known)
    const session = new Session(this.#services, { id: sessionId, expiryMs, owner, account })
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
    const expiryMs = Math.min(stored.expiryMs, this.#limits.sessionExpiryMs)
    this.#restorer?.restore(stored, () => {
      const session = new Session(this.#services, { id, expiryMs, owner, account })
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
    for (const session of this.#restorer?.finish() ?? []) this.#setOffline(session)
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

  /** Its connection is gone: a session that does not outlive it ends, a stored one stays. */
  release(session: Session): void {
    session.detach()
    if (!session.stored) this.remove(session)
    else {
      this.#setOffline(session)
      this.#evict(session)
    }
  }

  /** Ends a session. Its will is sent now, however long its delay [MQTT-3.1.2-8]. */
  remove(session: Session): void {
    const { will } = session
    session.end()
    this.#setOnline(session)
    if (this.#sessions.get(session.id) === session) this.#sessions.delete(session.id)
    will?.send()
  }

  /** Forgets stored sessions that match, with their wills; a connected one continues as a clean session. */
  forget(match: (sessionId: string, owner: string) => boolean): number {
    let count = 0
    for (const session of this.#sessions.values()) {
      if (!session.stored || !match(session.id, session.owner)) continue
      count++
      if (session.link) session.forget()
      else {
        session.will = null
        this.remove(session)
      }
    }
    return count
  }

  /** Ends sessions that have expired, and sends wills that are due, by the monotonic clock. Called a few times a second. */
  expire(nowMs: number): void {
    for (const session of this.#due.take(nowMs, mostDueAtOnce)) {
      const { will } = session
      if (session.expiresAtMs <= nowMs) {
        this.remove(session)
        continue
      }
      session.will = null
      this.#due.set(session, session.dueAtMs)
      will?.send()
    }
  }

  /** Whether it is still there to be resumed: the broker looks for expired sessions only now and then. */
  #isThere(session: Session): boolean {
    return session.stored && (session.link !== null || session.expiresAtMs > performance.now())
  }

  #setOffline(session: Session): void {
    this.#offline.add(session)
    this.#due.set(session, session.dueAtMs)
  }

  #setOnline(session: Session): void {
    this.#offline.delete(session)
    this.#due.delete(session)
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
/** The others wait for the next time, so that many that expire together delay nobody. */
const mostDueAtOnce = 1_000

interface SessionRequest {
  sessionId: string
  /** A session that is there is discarded. */
  clean: boolean
  expiryMs: number
  owner?: string | undefined
  account?: QuotaAccount
}
