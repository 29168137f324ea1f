/** Gets whole packets: `bytes[start]` is the type byte, the body is `body..end`. */
export type PacketSink = (bytes: Buffer, start: number, body: number, end: number) => void

/**
 * Cuts a byte stream into MQTT packets. A length above the limit is reported on the bytes that state it,
 * before anything is buffered. While held, bytes are kept and no packet comes out.
 */
export class PacketReader {
  /** Who holds it, a bit each. */
  #held = 0
  #reading = false
  #stopped = false
  #kept: Buffer[] = []
  #partial: Buffer | null = null
  #partialUsed = 0
  readonly #maxBytes: number
  readonly #onPacket: PacketSink
  readonly #onBad: (problem: 'too_large' | 'malformed', detail: string) => void

  constructor(
    maxBytes: number,
    onPacket: PacketSink,
    onBad: (problem: 'too_large' | 'malformed', detail: string) => void,
  ) {
    this.#maxBytes = maxBytes
    this.#onPacket = onPacket
    this.#onBad = onBad
  }

  get held(): boolean {
    return this.#held !== 0
  }

  /** True when nothing waits in here but perhaps a part of a packet. */
  get idle(): boolean {
    return this.#kept.length === 0
  }

  push(bytes: Buffer, from: number, to: number): void {
    if (this.#stopped) return
    if (this.#held || this.#reading) {
      this.#kept.push(bytes.subarray(from, to))
      return
    }
    this.#reading = true
    this.#read(bytes, from, to)
    this.#drain()
  }

  hold(by = 1): void {
    this.#held |= by
  }

  /** Lets the kept packets out when nobody else holds them, until held again. */
  release(by = 1): void {
    this.#held &= ~by
    if (this.#held || this.#reading) return
    this.#reading = true
    this.#drain()
  }

  /** Forgets everything and takes no more. */
  stop(): void {
    this.#stopped = true
    this.#kept = []
    this.#partial = null
  }

  #drain(): void {
    try {
      while (!this.#held && !this.#stopped) {
        const next = this.#kept.shift()
        if (!next) return
        this.#read(next, 0, next.length)
      }
    } finally {
      this.#reading = false
    }
  }

  #read(bytes: Buffer, from: number, to: number): void {
    let at = this.#partial ? this.#complete(bytes, from, to) : from
    while (at < to && !this.#stopped) {
      if (this.#held) {
        this.#kept.unshift(bytes.subarray(at, to))
        return
      }
      const total = this.#packetBytes(bytes, at, to)
      if (total < 0) return
      if (total === 0 || at + total > to) {
        this.#keepPart(bytes, at, to, total)
        return
      }
      this.#onPacket(bytes, at, at + headerBytes(bytes, at), at + total)
      at += total
    }
  }

  /** Adds to a part until its packet is whole; returns where the rest begins. */
  #complete(bytes: Buffer, from: number, to: number): number {
    let at = from
    for (;;) {
      const part = this.#partial
      if (!part) return at
      const total = this.#packetBytes(part, 0, this.#partialUsed)
      if (total < 0) return to
      if (total > 0 && this.#partialUsed === total) {
        this.#emitPart(part, total)
        return at
      }
      if (at === to) return at
      const taken = Math.min(total === 0 ? 1 : total - this.#partialUsed, to - at)
      this.#append(bytes, at, at + taken, total)
      at += taken
    }
  }

  #emitPart(part: Buffer, total: number): void {
    this.#partial = null
    this.#partialUsed = 0
    this.#onPacket(part, 0, headerBytes(part, 0), total)
  }

  #keepPart(bytes: Buffer, from: number, to: number, total: number): void {
    this.#partial = Buffer.allocUnsafe(partCapacity(to - from, total))
    this.#partialUsed = 0
    this.#append(bytes, from, to, total)
  }

  #append(bytes: Buffer, from: number, to: number, total: number): void {
    let part = this.#partial ?? Buffer.allocUnsafe(leastPartBytes)
    const size = this.#partialUsed + to - from
    if (size > part.length) {
      const grown = Buffer.allocUnsafe(partCapacity(size, total))
      part.copy(grown, 0, 0, this.#partialUsed)
      part = grown
    }
    bytes.copy(part, this.#partialUsed, from, to)
    this.#partial = part
    this.#partialUsed = size
  }

  /** Size of the packet at `at`: 0 when not known yet, -1 when illegal (reported and stopped). */
  #packetBytes(bytes: Buffer, at: number, to: number): number {
    let length = 0
    for (let i = 1; i <= 4; i++) {
      if (at + i >= to) return 0
      const byte = bytes[at + i] ?? 0
      length |= (byte & 127) << (7 * (i - 1))
      if (1 + i + length > this.#maxBytes)
        return this.#bad('too_large', `packet of more than ${this.#maxBytes} bytes`)
      if (byte < 128) return 1 + i + length
    }
    return this.#bad('malformed', 'remaining length of more than four bytes')
  }

  #bad(problem: 'too_large' | 'malformed', detail: string): -1 {
    this.stop()
    this.#onBad(problem, detail)
    return -1
  }
}

function headerBytes(bytes: Buffer, at: number): number {
  let i = 1
  while ((bytes[at + i] ?? 0) > 127) i++
  return 1 + i
}

// Memory follows what came, not what a length claims; by fours, so that most bytes of a large packet are copied once.
function partCapacity(usedBytes: number, total: number): number {
  return Math.max(usedBytes, Math.min(total, Math.max(smallPartBytes, usedBytes * 4)), leastPartBytes)
}

const leastPartBytes = 16
const smallPartBytes = 4096
