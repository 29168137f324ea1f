import type { Session } from './session.js'

/** Stored sessions that nobody is connected to, those that wait longest first, altogether and of each owner. */
export class AbsentSessions {
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

  /** The one that waits longest, when there are more than `most`. */
  longest(most: number): Session | undefined {
    return this.#all.size > most ? this.#all.values().next().value : undefined
  }

  /** The same of one owner; sessions without one are nobody's. */
  longestOf(owner: string, most: number): Session | undefined {
    const own = this.#byOwner.get(owner)
    return own && own.size > most ? own.values().next().value : undefined
  }
}
