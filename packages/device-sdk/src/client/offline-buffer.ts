import type { Qos } from '../connection/link.js'

export interface Outgoing {
  readonly topic: string
  readonly payload: Uint8Array
  readonly qos: Qos
  readonly retain: boolean
  /** Settles the promise of the message: resolved without an error, rejected with one. */
  settle(error?: Error): void
}

export interface BufferLimits {
  maxMessages: number
  maxBytes: number
}

/**
 * Holds unacknowledged messages, oldest first, up to a number and a size. Some wait, and some are under
 * way over the link; when the link is lost, these wait again, in front and in order.
 */
export class OfflineBuffer {
  #waiting: Outgoing[] = []
  #first = 0
  readonly #underWay = new Set<Outgoing>()
  #bytes = 0

  constructor(private readonly limits: BufferLimits) {}

  /** How many messages are not acknowledged yet. */
  get size(): number {
    return this.#waiting.length - this.#first + this.#underWay.size
  }

  get bytes(): number {
    return this.#bytes
  }

  get underWay(): number {
    return this.#underWay.size
  }

  /** Adds a message and returns those that were dropped for it: the oldest that wait, at worst the message itself. */
  add(message: Outgoing): Outgoing[] {
    this.#waiting.push(message)
    this.#bytes += sizeOf(message)
    const dropped: Outgoing[] = []
    while (this.size > this.limits.maxMessages || this.#bytes > this.limits.maxBytes) {
      const oldest = this.#shift()
      if (oldest === undefined) break
      this.#bytes -= sizeOf(oldest)
      dropped.push(oldest)
    }
    return dropped
  }

  /** The next message to send; it counts as under way until `done` or `lost`. */
  take(): Outgoing | undefined {
    const message = this.#shift()
    if (message !== undefined) this.#underWay.add(message)
    return message
  }

  /** A message under way was acknowledged. False when it was not under way any more. */
  done(message: Outgoing): boolean {
    if (!this.#underWay.delete(message)) return false
    this.#bytes -= sizeOf(message)
    return true
  }

  /** The link is gone: what was under way waits again. */
  lost(): void {
    this.#waiting = [...this.#underWay, ...this.#waiting.slice(this.#first)]
    this.#first = 0
    this.#underWay.clear()
  }

  /** Empties the buffer and returns what was in it. */
  drain(): Outgoing[] {
    this.lost()
    const all = this.#waiting
    this.#waiting = []
    this.#bytes = 0
    return all
  }

  #shift(): Outgoing | undefined {
    const message = this.#waiting[this.#first]
    if (message === undefined) return undefined
    this.#first += 1
    // Array.shift() would move all messages each time.
    if (this.#first > 1_024 && this.#first * 2 > this.#waiting.length) {
      this.#waiting = this.#waiting.slice(this.#first)
      this.#first = 0
    }
    return message
  }
}

/** Topic, payload, and an estimate of the memory that a message takes beside them. */
const sizeOf = (message: Outgoing): number => message.payload.length + message.topic.length + 64
