import type { Link, Qos } from '../connection/link.js'
import type { Subscriptions } from './subscriptions.js'

/** What the access of a connection allows to subscribe to. A device's credential allows the same always; a token is widened. */
export interface SubscriptionAccess {
  /** Whether the broker allows this filter now. */
  allows(filter: string): boolean
  /** Resolves when every filter that has a listener is allowed, or can't be on this connection. */
  widen(): Promise<void>
}

export interface SubscriptionRequestsOptions {
  subscriptions: Subscriptions
  /** Absent when everything may be asked for at any time. */
  access: SubscriptionAccess | undefined
  onGranted(filters: string[]): void
  onDenied(filter: string): void
}

/**
 * Sends the SUBSCRIBE and UNSUBSCRIBE of one connection. A filter is asked for only when the access allows it at that very
 * moment: a filter whose listener came while the access was widened waits for the next round.
 */
export class SubscriptionRequests {
  #wanted = new Set<string>()
  /** Filters without a listener whose UNSUBSCRIBE is not acknowledged yet. */
  readonly #leaving = new Map<string, number>()
  #asking = false
  #over = false

  constructor(
    private readonly link: Link,
    private readonly options: SubscriptionRequestsOptions,
  ) {}

  /** Filters that the broker may still hold for this connection although they have no listener any more. */
  get leaving(): Iterable<string> {
    return this.#leaving.keys()
  }

  /** Also for a filter that is granted already, because that brings its retained messages. */
  subscribe(filters: Iterable<string>): void {
    for (const filter of filters) this.#wanted.add(filter)
    if (!this.#asking) void this.#askForAll()
  }

  unsubscribe(filter: string): void {
    this.#leaving.set(filter, (this.#leaving.get(filter) ?? 0) + 1)
    void this.link.unsubscribe([filter]).then(() => {
      const left = (this.#leaving.get(filter) ?? 1) - 1
      if (left > 0) this.#leaving.set(filter, left)
      else this.#leaving.delete(filter)
    })
  }

  /** The link is gone. */
  stop(): void {
    this.#over = true
  }

  async #askForAll(): Promise<void> {
    this.#asking = true
    while (this.#wanted.size > 0 && !this.#over) {
      const round = this.#wanted
      this.#wanted = new Set()
      await this.options.access?.widen()
      if (!this.#over) this.#ask(round)
    }
    this.#asking = false
  }

  #ask(round: ReadonlySet<string>): void {
    const { subscriptions, access, onDenied } = this.options
    const asked: [string, Qos][] = []
    for (const [filter, qos] of subscriptions.filters()) {
      if (!round.has(filter)) continue
      if (access?.allows(filter) ?? true) asked.push([filter, qos])
      else onDenied(filter)
    }
    if (asked.length > 0) void this.#request(asked)
  }

  async #request(asked: [string, Qos][]): Promise<void> {
    const denied = new Set(await this.link.subscribe(asked))
    for (const filter of denied) this.options.onDenied(filter)
    const granted = asked.map(([filter]) => filter).filter((filter) => !denied.has(filter))
    if (granted.length > 0) this.options.onGranted(granted)
  }
}
