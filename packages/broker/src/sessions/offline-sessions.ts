import type { Session } from './session.js'

/** Stored sessions without a connection, longest offline first: all of them, and those of each owner. */
export class OfflineSessions {
  readonly #all = new Set<Session>()
  readonly #byOwner = new Map<string, Set<Session>>()

  add(session: Session): void {
    this.#all.add(session)
    if (session.owner === '') return
    const own = this.#byOwner.get(session.owner)
    if (own) own.add(session)
    else this.#byOwner.set(session.owner, new Set([session]))
  }

  delete(session: Session): void {
    this.#all.delete(session)
    const own = this.#byOwner.get(session.owner)
    if (own?.delete(session) && own.size === 0) this.#byOwner.delete(session.owner)
  }

  [Symbol.iterator](): Iterator<Session> {
    return this.#all.values()
  }

  /** The session that is offline longest, when there are more than `maxSessions`. */
  oldestPast(maxSessions: number): Session | undefined {
    return this.#all.size > maxSessions ? this.#all.values().next().value : undefined
  }

  /** The same for one owner. Sessions without an owner are not counted here. */
  oldestOf(owner: string, maxSessions: number): Session | undefined {
    const own = this.#byOwner.get(owner)
    return own && own.size > maxSessions ? own.values().next().value : undefined
  }
}
