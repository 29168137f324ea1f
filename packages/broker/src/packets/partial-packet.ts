import { Bytes } from '../bytes/bytes.js'
import { GrowingBuffer } from '../bytes/growing-buffer.js'
import { PacketType } from './encode.js'
import type { IncompletePacket, PacketSink } from './packet-reader.js'

/**
 * A packet of which only a part has come. Its pieces are joined, except those of a large PUBLISH's payload: large pieces
 * of it are kept as they came.
 */
export class PartialPacket implements IncompletePacket {
  /** Size of the whole packet; 0 until its header has come. */
  totalBytes = 0
  /** Where its body begins; 0 until its header has come. */
  body = 0
  #takenBytes = 0
  #head: GrowingBuffer
  #rest: Buffer[] | null = null
  #tail: GrowingBuffer | null = null

  /** Begins with `from..to`. `body` and `total` count from there, and are not above 0 when that does not tell them. */
  constructor(bytes: Bytes, from: number, to: number, body: number, total: number) {
    if (body > 0) this.expect(body, total)
    const count = to - from
    if (count >= largePieceBytes && this.#mayCut(bytes.view, from, count)) {
      this.#head = GrowingBuffer.of(bytes.buffer.subarray(from, to))
      this.#takenBytes = count
      this.#rest = []
    } else {
      this.#head = new GrowingBuffer()
      this.add(bytes, from, to)
    }
  }

  get missingBytes(): number {
    return this.totalBytes - this.#takenBytes
  }

  /** The beginning of the packet, as far as it has come. */
  get head(): Buffer {
    return this.#head.bytes
  }

  /** Its header is known now. */
  expect(body: number, total: number): void {
    this.body = body
    this.totalBytes = total
  }

  add(bytes: Bytes, from: number, to: number): void {
    const room = Math.max(this.missingBytes, to - from)
    this.#takenBytes += to - from
    const large = to - from >= largePieceBytes
    if (large && (this.#rest !== null || this.#mayCut(new Bytes(this.head).view, 0, this.head.length))) {
      this.#sealTail()
      this.#rest ??= []
      this.#rest.push(bytes.buffer.subarray(from, to))
      return
    }
    if (this.#rest !== null) this.#tail ??= new GrowingBuffer()
    const joined = this.#tail ?? this.#head
    joined.add(bytes.buffer, from, to, room)
  }

  emit(sink: PacketSink): void {
    this.#sealTail()
    const { head } = this
    sink.packet({ bytes: new Bytes(head), start: 0, body: this.body, end: head.length, rest: this.#rest })
  }

  /** Whether it is a large PUBLISH, and these bytes reach its payload. */
  #mayCut(view: DataView, at: number, count: number): boolean {
    const topic = this.body + 2
    if (this.totalBytes < largePacketBytes || count < topic + 2) return false
    if (view.getUint8(at) >> 4 !== PacketType.publish) return false
    return count >= topic + view.getUint16(at + this.body) + 2
  }

  #sealTail(): void {
    if (this.#tail === null) return
    this.#rest?.push(this.#tail.bytes)
    this.#tail = null
  }
}

const largePacketBytes = 16 * 1024
// Smaller pieces are copied: many small buffers would take more memory than the bytes in them.
const largePieceBytes = 4 * 1024
