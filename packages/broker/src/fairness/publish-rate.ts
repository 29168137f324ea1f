import { TokenBucket } from './token-bucket.js'

/** How many messages and bytes one client, or all clients of one group, publish. */
export class PublishRate {
  /** What was spent so far. */
  messages = 0
  bytes = 0
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

  spend(bytes: number): void {
    this.messages++
    this.bytes += bytes
    this.#messages.spend(1)
    this.#bytes.spend(bytes)
  }

  refill(elapsedMs: number): void {
    this.#messages.refill(elapsedMs)
    this.#bytes.refill(elapsedMs)
  }
}

const savedSeconds = 2
