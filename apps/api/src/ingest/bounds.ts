/** What may wait for its commit, over all devices. */
export interface IngestBounds {
  samples: number
  bytes: number
}

export const defaultBounds: IngestBounds = { samples: 400_000, bytes: 64 * 1024 * 1024 }

/** Rough bytes of memory that a waiting message and each of its samples take beside their text. */
const messageBytes = 400
const sampleBytes = 150

/** Counts what waits. QoS 0 may fill half, so that a flood of it never shuts out those who wait for an answer. */
export class WaitingRoom {
  #samples = 0
  #bytes = 0

  constructor(private readonly bounds: IngestBounds = defaultBounds) {}

  get samples(): number {
    return this.#samples
  }

  get bytes(): number {
    return this.#bytes
  }

  /** Lets a message in; the returned function lets it out. Null when there is no room. */
  enter(samples: number, payloadBytes: number, qos0: boolean): (() => void) | null {
    const bytes = messageBytes + samples * sampleBytes + payloadBytes
    const share = qos0 ? 0.5 : 1
    if (this.#samples + samples > this.bounds.samples * share) return null
    if (this.#bytes + bytes > this.bounds.bytes * share) return null
    this.#samples += samples
    this.#bytes += bytes
    return () => {
      this.#samples -= samples
      this.#bytes -= bytes
    }
  }
}
