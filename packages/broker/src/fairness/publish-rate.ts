import { TokenBucket } from './token-bucket.js'

/** How many messages and bytes one client, or all clients of one group, publish. */
export class PublishRate {
  /** What was spent so far. */
  messages = 0
  bytes = 0
  readonly #messages: TokenBucket
  readonly #bytes: TokenBucket

  constructor(messagesPerSecond: number, bytesPerSecond: number) {
    this.#messages = bucketOf(messagesPerSecond)
    this.#bytes = bucketOf(bytesPerSecond)
  }

  /** More was spent than allowed: nothing should be read. */
  get exceeded(): boolean {
    return this.#messages.overdrawn || this.#bytes.overdrawn
  }

  /** Nothing was spent for a while. */
  get rested(): boolean {
    return this.#messages.full && this.#bytes.full
  }

  spend(messages: number, bytes: number): void {
    this.messages += messages
    this.bytes += bytes
    this.#messages.spend(messages)
    this.#bytes.spend(bytes)
  }

  refill(elapsedMs: number): void {
    this.#messages.refill(elapsedMs)
    this.#bytes.refill(elapsedMs)
  }
}

const savedSeconds = 2

function bucketOf(perSecond: number): TokenBucket {
  return new TokenBucket({ perSecond, capacity: perSecond * savedSeconds })
}
