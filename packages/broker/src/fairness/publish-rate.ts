import { TokenBucket } from './token-bucket.js'

/** How many messages and bytes one client, or all clients of one group, publish. */
export class PublishRate {
  readonly #messages: TokenBucket
  readonly #bytes: TokenBucket

  constructor(messagesPerSecond: number, bytesPerSecond: number) {
    this.#messages = new TokenBucket(messagesPerSecond, savedSeconds)
    this.#bytes = new TokenBucket(bytesPerSecond, savedSeconds)
  }

  /** More was spent than allowed: nothing should be read. */
  get exceeded(): boolean {
    return this.#messages.empty || this.#bytes.empty
  }

  /** Nothing was spent for a while. */
  get rested(): boolean {
    return this.#messages.full && this.#bytes.full
  }

  spend(messages: number, bytes: number): void {
    this.#messages.spend(messages)
    this.#bytes.spend(bytes)
  }

  refill(elapsedMs: number): void {
    this.#messages.refill(elapsedMs)
    this.#bytes.refill(elapsedMs)
  }
}

export interface GroupLimits {
  maxGroupPublishesPerSecond: number
  maxGroupPublishBytesPerSecond: number
}

/** The rates of the host's groups that have connections. */
export class GroupRates {
  readonly #limits: GroupLimits
  readonly #groups = new Map<string, { rate: PublishRate; connections: number }>()

  constructor(limits: GroupLimits) {
    this.#limits = limits
  }

  enter(group: string): PublishRate {
    let entry = this.#groups.get(group)
    if (!entry) {
      const { maxGroupPublishesPerSecond, maxGroupPublishBytesPerSecond } = this.#limits
      const rate = new PublishRate(maxGroupPublishesPerSecond, maxGroupPublishBytesPerSecond)
      entry = { rate, connections: 0 }
      this.#groups.set(group, entry)
    }
    entry.connections++
    return entry.rate
  }

  leave(group: string): void {
    const entry = this.#groups.get(group)
    if (entry) entry.connections--
  }

  // A group that left in debt is kept until it has paid: coming back is no way out.
  refill(elapsedMs: number): void {
    for (const [group, { rate, connections }] of this.#groups) {
      rate.refill(elapsedMs)
      if (connections === 0 && rate.rested) this.#groups.delete(group)
    }
  }
}

const savedSeconds = 2
