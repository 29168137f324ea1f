import type { Message } from '../messages/message.js'

/** Memory of the queues of all sessions together. A message counts once, in however many queues it is. */
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
   * How large one queue may be: as large as what is free (dynamic thresholds, Choudhury and Hahne 1998). One queue alone
   * gets half of the memory, two get a third each, and small queues always find room.
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

/** Memory that a message takes in each queue. */
const entryBytes = 100
