import { Bytes } from './bytes.js'
import { PartialPacket } from './partial-packet.js'

export interface PacketSink {
  /**
   * A whole packet: `bytes[start]` is the type byte, the body is `body..end`. A large PUBLISH that came in pieces goes
   * on in `rest`, somewhere in its payload.
   */
  packet(bytes: Bytes, start: number, body: number, end: number, rest: readonly Buffer[] | null): void
  bad(problem: 'too_large' | 'malformed', detail: string): void
}

/**
 * Cuts a byte stream into MQTT packets. A length above the limit is reported on the bytes that state it,
 * before anything is buffered. While held, bytes are kept and no packet comes out.
 */
export class PacketReader {
  #held = false
  #reading = false
  #stopped = false
  #kept: Bytes[] = []
  #partial: PartialPacket | null = null
  /** Where the packet ends whose header was read last. */
  #end = 0
  readonly #maxBytes: number
  readonly #sink: PacketSink

  constructor(maxBytes: number, sink: PacketSink) {
    this.#maxBytes = maxBytes
    this.#sink = sink
  }

  get held(): boolean {
    return this.#held
  }

  push(bytes: Bytes, from: number, to: number): void {
    if (this.#stopped) return
    if (this.#held || this.#reading) {
      this.#kept.push(new Bytes(bytes.buffer.subarray(from, to)))
      return
    }
    this.#reading = true
    this.#read(bytes, from, to)
    if (this.#kept.length > 0) this.#drain()
    this.#reading = false
  }

  hold(): void {
    this.#held = true
  }

  /** Lets the kept packets out, until held again. */
  release(): void {
    this.#held = false
    if (this.#reading) return
    this.#reading = true
    this.#drain()
    this.#reading = false
  }

  /** Forgets everything and takes no more. */
  stop(): void {
    this.#stopped = true
    this.#kept = []
    this.#partial = null
  }

  #drain(): void {
    while (!this.#held && !this.#stopped) {
      const next = this.#kept.shift()
      if (!next) return
      this.#read(next, 0, next.buffer.length)
    }
  }

  #read(bytes: Bytes, from: number, to: number): void {
    let at = this.#partial === null ? from : this.#complete(this.#partial, bytes, from, to)
    while (at < to && !this.#stopped) {
      if (this.#held) {
        this.#kept.unshift(new Bytes(bytes.buffer.subarray(at, to)))
        return
      }
      const body = this.#readHeader(bytes.view, at, to)
      if (body < 0) return
      if (body === 0 || this.#end > to) {
        this.#partial = new PartialPacket(bytes, at, to, body - at, this.#end - at)
        return
      }
      const end = this.#end
      this.#sink.packet(bytes, at, body, end, null)
      at = end
    }
  }

  /** Adds to a part until its packet is whole; returns where the rest begins. */
  #complete(part: PartialPacket, bytes: Bytes, from: number, to: number): number {
    let at = from
    while (part.totalBytes === 0) {
      if (at === to) return to
      part.add(bytes, at, at + 1)
      at++
      const body = this.#readHeader(new Bytes(part.head).view, 0, part.head.length)
      if (body < 0) return to
      if (body > 0) part.expect(body, this.#end)
    }
    const taken = Math.min(part.missingBytes, to - at)
    part.add(bytes, at, at + taken)
    if (part.missingBytes > 0) return to
    this.#partial = null
    part.emit(this.#sink)
    return at + taken
  }

  /** Where the body of the packet at `at` begins: 0 when not known yet, -1 when illegal (reported and stopped). */
  #readHeader(view: DataView, at: number, to: number): number {
    let length = 0
    for (let i = 1; i <= 4; i++) {
      if (at + i >= to) return 0
      const byte = view.getUint8(at + i)
      length |= (byte & 127) << (7 * (i - 1))
      if (1 + i + length > this.#maxBytes)
        return this.#bad('too_large', `packet of more than ${this.#maxBytes} bytes`)
      if (byte < 128) {
        this.#end = at + i + 1 + length
        return at + i + 1
      }
    }
    return this.#bad('malformed', 'remaining length of more than four bytes')
  }

  #bad(problem: 'too_large' | 'malformed', detail: string): -1 {
    this.stop()
    this.#sink.bad(problem, detail)
    return -1
  }
}
