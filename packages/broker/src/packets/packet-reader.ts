import { Bytes } from '../bytes/bytes.js'
import { PartialPacket } from './partial-packet.js'

/** A whole packet. */
export interface Packet {
  bytes: Bytes
  /** Where its type byte is. */
  start: number
  /** Where its body begins, behind the fixed header. */
  body: number
  /** Where it ends, or its first piece. */
  end: number
  /** The other pieces of a large PUBLISH that came in several, cut somewhere in its payload. */
  rest: readonly Buffer[] | null
}

/** A packet of which only a part has come. */
export interface IncompletePacket {
  /** Its beginning. */
  readonly head: Buffer
  /** Where its body begins; 0 until its fixed header has come. */
  readonly body: number
  /** Size of the whole packet; 0 until its fixed header has come. */
  readonly totalBytes: number
}

export interface PacketSink {
  packet(packet: Packet): void
  /** More of a packet that is not complete yet has come. */
  partialPacket(part: IncompletePacket): void
  invalidPacket(problem: 'too_large' | 'malformed', detail: string): void
}

/** Why no packet comes out, a bit each. */
export const PauseReason = {
  /** A CONNECT is being decided, or the connection is about to end. */
  connection: 1,
  /** The client has used up its share of this turn of the event loop. */
  turn: 2,
} as const
export type PauseReason = (typeof PauseReason)[keyof typeof PauseReason]

/**
 * Cuts a byte stream into MQTT packets. A length above the limit is reported on the bytes that state it, before anything
 * is buffered. While paused it keeps the bytes, and no packet comes out.
 */
export class PacketReader {
  /** The bits of all reasons to pause. */
  #paused = 0
  #reading = false
  #stopped = false
  #kept: Bytes[] = []
  #partial: PartialPacket | null = null
  /** Where the packet ends, of the header that was read last. */
  #end = 0
  #maxBytes: number
  readonly #sink: PacketSink

  constructor(maxBytes: number, sink: PacketSink) {
    this.#maxBytes = maxBytes
    this.#sink = sink
  }

  get paused(): boolean {
    return this.#paused !== 0
  }

  /** Received bytes of a packet that is not complete yet. */
  get partialBytes(): number {
    const part = this.#partial
    return part === null || part.totalBytes === 0 ? 0 : part.totalBytes - part.missingBytes
  }

  /** Limits the size of packets from the next on. */
  limitTo(maxBytes: number): void {
    this.#maxBytes = maxBytes
  }

  push(bytes: Bytes, from: number, to: number): void {
    if (this.#stopped) return
    if (this.#paused || this.#reading) {
      this.#kept.push(new Bytes(bytes.buffer.subarray(from, to)))
      return
    }
    this.#reading = true
    this.#read(bytes, from, to)
    if (this.#kept.length > 0) this.#drain()
    this.#reading = false
  }

  pause(reason: PauseReason): void {
    this.#paused |= reason
  }

  /** Lets the kept packets out when there is no other reason to pause, until it is paused again. */
  resume(reason: PauseReason): void {
    this.#paused &= ~reason
    if (this.#paused || this.#reading) return
    this.#reading = true
    this.#drain()
    this.#reading = false
  }

  /** Drops the kept bytes, and reads nothing more. */
  stop(): void {
    this.#stopped = true
    this.#kept = []
    this.#partial = null
  }

  #drain(): void {
    while (!this.#paused && !this.#stopped) {
      const next = this.#kept.shift()
      if (!next) return
      this.#read(next, 0, next.buffer.length)
    }
  }

  #read(bytes: Bytes, from: number, to: number): void {
    let at = this.#partial === null ? from : this.#complete(this.#partial, bytes, from, to)
    while (at < to && !this.#stopped) {
      if (this.#paused) {
        this.#kept.unshift(new Bytes(bytes.buffer.subarray(at, to)))
        return
      }
      const body = this.#readHeader(bytes.view, at, to)
      if (body < 0) return
      if (body === 0 || this.#end > to) {
        const part = new PartialPacket(bytes, at, to, body - at, this.#end - at)
        this.#partial = part
        this.#sink.partialPacket(part)
        return
      }
      const end = this.#end
      this.#sink.packet({ bytes, start: at, body, end, rest: null })
      at = end
    }
  }

  /** Adds bytes to an incomplete packet until it is whole; returns where the bytes behind it begin. */
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
    if (part.missingBytes > 0) {
      this.#sink.partialPacket(part)
      return to
    }
    this.#partial = null
    part.emit(this.#sink)
    return at + taken
  }

  /** Where the body of the packet at `at` begins: 0 when not known yet, -1 when invalid (reported and stopped). */
  #readHeader(view: DataView, at: number, to: number): number {
    let length = 0
    for (let i = 1; i <= 4; i++) {
      if (at + i >= to) return 0
      const byte = view.getUint8(at + i)
      length |= (byte & 127) << (7 * (i - 1))
      if (1 + i + length > this.#maxBytes)
        return this.#invalid('too_large', `packet of more than ${this.#maxBytes} bytes`)
      if (byte < 128) {
        this.#end = at + i + 1 + length
        return at + i + 1
      }
    }
    return this.#invalid('malformed', 'remaining length of more than four bytes')
  }

  #invalid(problem: 'too_large' | 'malformed', detail: string): -1 {
    this.stop()
    this.#sink.invalidPacket(problem, detail)
    return -1
  }
}
