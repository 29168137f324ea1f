/**
 * Joins pieces. Its memory grows with the bytes that came, never to a length that was only claimed. Each time it grows
 * fourfold, so that most bytes are copied once.
 */
export class GrowingBuffer {
  #buffer: Buffer
  #used: number

  constructor() {
    this.#buffer = none
    this.#used = 0
  }

  /** Begins with the given bytes, which are copied only when more is added. */
  static of(bytes: Buffer): GrowingBuffer {
    const growing = new GrowingBuffer()
    growing.#buffer = bytes
    growing.#used = bytes.length
    return growing
  }

  get bytes(): Buffer {
    return this.#buffer.subarray(0, this.#used)
  }

  /** Adds `from..to`. `room` is how much may still come, these bytes included. */
  add(source: Buffer, from: number, to: number, room: number): void {
    const size = this.#used + to - from
    if (size > this.#buffer.length) {
      const capacity = Math.max(size, Math.min(this.#used + room, Math.max(leastBytes, size * 4)))
      const grown = Buffer.allocUnsafe(capacity)
      this.#buffer.copy(grown, 0, 0, this.#used)
      this.#buffer = grown
    }
    source.copy(this.#buffer, this.#used, from, to)
    this.#used = size
  }
}

const none = Buffer.alloc(0)
const leastBytes = 16
