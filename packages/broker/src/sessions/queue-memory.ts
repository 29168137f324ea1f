import type { Message } from '../packets/message.js'

/** What the queues of all sessions keep in memory, together. A message counts once, however many wait for it. */
export class QueueMemory {
  #bytes = 0
  readonly #maxBytes: number

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes
  }

  get bytes(): number {
    return this.#bytes
  }

  /**
   * How large one queue may be: no larger than what is free. One alone gets half of all, two get a third each, and there
   * is always room for those that have little (dynamic thresholds, Choudhury and Hahne 1998).
   */
  get threshold(): number {
    return this.#maxBytes - this.#bytes
  }

  hold(message: Message): void {
    this.#bytes += entryBytes
    if (message.holders++ === 0) this.#bytes += message.costBytes
  }

  release(message: Message): void {
    this.#bytes -= entryBytes
    if (--message.holders === 0) this.#bytes -= message.costBytes
  }
}

/** What a message takes in one more queue. */
const entryBytes = 100
