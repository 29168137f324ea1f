/** A client of the runner, with its access rule. */
export class PlainPrincipal {
  readonly #acl: boolean
  readonly #clientId: string
  #lastAllowed: string | null = null

  /** With `acl` it may use its own space only. */
  constructor(acl: boolean, clientId: string) {
    this.#acl = acl
    this.#clientId = clientId
  }

  /** Remembers the last topic: most clients publish to one again and again, and the rule never changes. */
  mayPublish(topic: string): boolean {
    if (topic === this.#lastAllowed) return true
    const may = this.mayUse(topic)
    if (may) this.#lastAllowed = topic
    return may
  }

  /** With `acl`, allows topics and filters `{anything}/{space}/…` whose space is a part of the client id, and no others. */
  mayUse(topic: string): boolean {
    if (!this.#acl) return true
    const from = topic.indexOf('/') + 1
    const to = topic.indexOf('/', from)
    return (
      from > 0 &&
      to > from + 1 && // at least two characters, so no wildcard
      this.#clientId.includes(topic.slice(from, to))
    )
  }
}
