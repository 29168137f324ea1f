/** A client that has sent a part of a packet. */
export interface PartialSender {
  readonly wire: { readonly partialBytes: number }
  end(reason: 'quota', detail: string): void
}

/**
 * Bounds what parts of packets take in memory, all clients together: each may be as large as a packet, and nothing says
 * when the rest of it comes. Past the bound the largest of them go first.
 */
export class PartialPackets {
  readonly #maxBytes: number
  #bytes = 0
  #senders: PartialSender[] = []

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes
  }

  /** Looks at one client; to be called for each of them, and then `judge`. */
  look(sender: PartialSender): void {
    const { partialBytes } = sender.wire
    if (partialBytes < leastBytes) return
    this.#bytes += partialBytes
    this.#senders.push(sender)
  }

  judge(): void {
    if (this.#bytes > this.#maxBytes) this.#shed()
    this.#bytes = 0
    this.#senders = []
  }

  // Largest first; the last to go leaves as much as is allowed.
  #shed(): void {
    const sizes = Array.from(this.#senders, (sender) => ({ sender, bytes: sender.wire.partialBytes }))
    sizes.sort((a, b) => b.bytes - a.bytes)
    for (const { sender, bytes } of sizes) {
      if (this.#bytes <= this.#maxBytes) return
      this.#bytes -= bytes
      sender.end('quota', 'parts of packets take too much memory')
    }
  }
}

/** What everybody may have. */
const leastBytes = 4_096
