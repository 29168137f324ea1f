import type { ExceededShare } from '../fairness/shares.js'
import type { Session } from './session.js'

/** Stored sessions without a connection, longest offline first: all of them, and those of each owner and account. */
export class OfflineSessions {
  readonly #all = new Set<Session>()
  readonly #byOwner = new SessionsByName()
  readonly #byQuotaOwner = new SessionsByName()
  readonly #byGroup = new SessionsByName()

  /** The account of a session must not change while it is here. */
  add(session: Session): void {
    this.#all.add(session)
    this.#byOwner.add(session.owner, session)
    this.#byQuotaOwner.add(session.account.owner, session)
    this.#byGroup.add(session.account.group, session)
  }

  delete(session: Session): void {
    if (!this.#all.delete(session)) return
    this.#byOwner.delete(session.owner, session)
    this.#byQuotaOwner.delete(session.account.owner, session)
    this.#byGroup.delete(session.account.group, session)
  }

  /** The session that is offline longest, when there are more than `maxSessions`. */
  oldestPast(maxSessions: number): Session | undefined {
    return this.#all.size > maxSessions ? this.#all.values().next().value : undefined
  }

  /** The same for one owner. Sessions without an owner are not counted here. */
  oldestOf(owner: string, maxSessions: number): Session | undefined {
    const own = this.#byOwner.of(owner)
    return own.size > maxSessions ? own.values().next().value : undefined
  }

  /** The session that is offline longest of those that make up a share of the account. */
  oldestIn(share: ExceededShare, { account }: Session): Session | undefined {
    let sessions: ReadonlySet<Session> = this.#all
    if (share === 'owner_quota') sessions = this.#byQuotaOwner.of(account.owner)
    else if (share === 'group_quota') sessions = this.#byGroup.of(account.group)
    return sessions.values().next().value
  }
}

/** Sessions without a name are not kept. */
class SessionsByName {
  readonly #sessions = new Map<string, Set<Session>>()

  of(name: string): ReadonlySet<Session> {
    return this.#sessions.get(name) ?? none
  }

  add(name: string, session: Session): void {
    if (name === '') return
    const named = this.#sessions.get(name)
    if (named) named.add(session)
    else this.#sessions.set(name, new Set([session]))
  }

  delete(name: string, session: Session): void {
    const named = this.#sessions.get(name)
    if (named?.delete(session) && named.size === 0) this.#sessions.delete(name)
  }
}

const none: ReadonlySet<Session> = new Set()
