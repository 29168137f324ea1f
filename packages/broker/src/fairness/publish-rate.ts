import { TokenBucket } from './token-bucket.js'

/** The rate at which one client, or all clients of one group, may publish: in messages and in bytes. */
export class PublishRate {
  /** How much was published so far. */
  messages = 0
  bytes = 0
  readonly #messages: TokenBucket
  readonly #bytes: TokenBucket

  constructor(messagesPerSecond: number, bytesPerSecond: number) {
    this.#messages = bucketOf(messagesPerSecond)
    this.#bytes = bucketOf(bytesPerSecond)
  }

  /** More was published than allowed: the socket should not be read. */
  get exceeded(): boolean {
    return this.#messages.overdrawn || this.#bytes.overdrawn
  }

  /** Nothing was published for a while. */
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

function bucketOf(perSecond: number): TokenBucket {
  return new TokenBucket({ perSecond, capacity: perSecond * savedSeconds })
}

const savedSeconds = 2
