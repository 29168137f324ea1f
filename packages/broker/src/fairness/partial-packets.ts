/** A client that may have sent a part of a packet. */
export interface PartialSender {
  readonly partialBytes: number
  end(reason: 'quota', detail: string): void
}

/**
 * Bounds the memory of incomplete packets, of all clients together: each may be as large as a packet, and nothing says
 * when the rest of it comes. Past the bound the clients with the largest parts are disconnected.
 */
export class PartialPackets {
  readonly #maxBytes: number
  #bytes = 0
  #senders: PartialSender[] = []

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes
  }

  /** Counts one client; call it for each of them, and then `enforce`. */
  add(sender: PartialSender): void {
    const { partialBytes } = sender
    if (partialBytes < freeBytes) return
    this.#bytes += partialBytes
    this.#senders.push(sender)
  }

  enforce(): void {
    if (this.#bytes > this.#maxBytes) this.#disconnectLargest()
    this.#bytes = 0
    this.#senders = []
  }

  #disconnectLargest(): void {
    const sizes = Array.from(this.#senders, (sender) => ({ sender, bytes: sender.partialBytes }))
    sizes.sort((a, b) => b.bytes - a.bytes)
    for (const { sender, bytes } of sizes) {
      if (this.#bytes <= this.#maxBytes) return
      this.#bytes -= bytes
      sender.end('quota', 'parts of packets take too much memory')
    }
  }
}

/** Smaller parts are not counted. */
const freeBytes = 4_096
