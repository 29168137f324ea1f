import type { Qos } from '../connection/link.js'

export interface Outgoing {
  readonly topic: string
  readonly payload: Uint8Array
  readonly qos: Qos
  readonly retain: boolean
  /** Ends the message: undefined when it is acknowledged, else why it never will be. */
  settle(error?: Error): void
}

export interface BufferLimits {
  maxMessages: number
  maxBytes: number
}

/**
 * What is not acknowledged yet, oldest first, within bounds: messages that wait, and those under way
 * over the link, which go back in front, in order, when the link is lost.
 */
export class OfflineBuffer {
  #waiting: Outgoing[] = []
  #first = 0
  readonly #underWay = new Set<Outgoing>()
  #bytes = 0

  constructor(private readonly limits: BufferLimits) {}

  /** Messages that are not acknowledged yet. */
  get size(): number {
    return this.#waiting.length - this.#first + this.#underWay.size
  }

  get bytes(): number {
    return this.#bytes
  }

  get underWay(): number {
    return this.#underWay.size
  }

  /** Takes a message in and returns those that lost their place to it: the oldest that wait, itself at worst. */
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
    // Moving the rest up on each shift would cost the square of the length.
    if (this.#first > 1_024 && this.#first * 2 > this.#waiting.length) {
      this.#waiting = this.#waiting.slice(this.#first)
      this.#first = 0
    }
    return message
  }
}

/** Topic and payload, and about what one message costs beside them. */
const sizeOf = (message: Outgoing): number => message.payload.length + message.topic.length + 64
