import { SharedFrame } from '../transport/shared-frame.js'
import type { PublishedMessage, Qos } from '../types.js'
import { Bytes, copyBytes } from './bytes.js'
import { headerBytes, packetBytes, publishFlags, writePublishHeader } from './encode.js'
import { packTogether, sharedBytes } from './keeping.js'

/**
 * A message on its way through the broker, as the PUBLISH it came in: that is also what leaves, but for flags and
 * packet id. Bytes are read where they arrived, and nobody writes there again.
 */
export class Message implements PublishedMessage {
  readonly topic: string
  readonly qos: Qos
  readonly retain: boolean
  readonly dup: boolean
  /** How many queues keep it. */
  holders = 0
  /** The packet is `start..to`, with the topic's length and then the topic from `body` on, and the payload from `from`. */
  bytes: Bytes
  start: number
  body: number
  from: number
  to: number
  /** Where the payload goes on, when it is large and came in several pieces. */
  rest: readonly Buffer[] | null
  #payload: Buffer | null = null
  #frame: SharedFrame | null = null
  #kept = false

  /** The fixed header at `start` must be as short as possible, for it is sent as it is. */
  constructor(
    topic: string,
    flags: number,
    bytes: Bytes,
    start: number,
    body: number,
    from: number,
    to: number,
    rest: readonly Buffer[] | null,
  ) {
    this.topic = topic
    this.qos = ((flags >> 1) & 3) as Qos
    this.retain = (flags & 1) === 1
    this.dup = (flags & 8) === 8
    this.bytes = bytes
    this.start = start
    this.body = body
    this.from = from
    this.to = to
    this.rest = rest
  }

  /** The message in a PUBLISH. What is sent on should have a fixed header as short as can be, though this need not. */
  static received(
    topic: string,
    flags: number,
    bytes: Bytes,
    start: number,
    body: number,
    from: number,
    end: number,
    rest: readonly Buffer[] | null,
  ): Message {
    const message = new Message(topic, flags, bytes, start, body, from, end, rest)
    const remaining = from - body + message.payloadBytes
    if (body - start === headerBytes(remaining)) return message
    return Message.of(topic, message.payload, message.qos, message.retain, message.dup)
  }

  /** A message of the host's making. Its payload is copied: the host may use that buffer again. */
  static of(topic: string, payload: Buffer, qos: Qos, retain: boolean, dup = false): Message {
    const topicBytes = Buffer.byteLength(topic)
    const remaining = 2 + topicBytes + (qos > 0 ? 2 : 0) + payload.length
    const body = headerBytes(remaining)
    const packet = Buffer.allocUnsafeSlow(body + remaining)
    const named = new Bytes(Buffer.allocUnsafe(2 + topicBytes))
    named.buffer.writeUInt16BE(topicBytes)
    named.buffer.write(topic, 2)
    const flags = publishFlags(qos, retain, dup)
    const bytes = new Bytes(packet)
    const from = writePublishHeader(
      bytes,
      0,
      flags,
      { bytes: named, from: 0, to: named.buffer.length },
      payload.length,
      0,
    )
    payload.copy(packet, from)
    const message = new Message(topic, flags, bytes, 0, body, from, packet.length, null)
    message.#kept = true
    return message
  }

  get payload(): Buffer {
    this.#payload ??= this.#joined()
    return this.#payload
  }

  get payloadBytes(): number {
    return this.rest === null ? this.to - this.from : this.to - this.from + bytesOf(this.rest)
  }

  /** What it costs to keep it queued, roughly. */
  get costBytes(): number {
    return this.payloadBytes + (this.from - this.body) + 200
  }

  /** Where its topic ends, and its packet id or payload begins. */
  get topicEnd(): number {
    return this.qos > 0 ? this.from - 2 : this.from
  }

  /** Makes it worth keeping for long: copied out of the bytes it arrived in, unless it is most of them. */
  keep(): this {
    if (this.#kept) return this
    this.#kept = true
    if (this.rest !== null) this.#keepPieces(this.rest)
    else if ((this.to - this.start) * 2 < this.bytes.heldBytes) {
      const own = new Bytes(Buffer.allocUnsafeSlow(this.to - this.start))
      copyBytes(this.bytes, this.start, this.to, own, 0)
      this.#move(own, 0)
    }
    return this
  }

  /** Makes it worth keeping for a while: memory that is not much may be shared with what came at the same time. */
  keepBriefly(): this {
    if (this.#kept || (this.rest === null && this.bytes.heldBytes <= sharedBytes)) return this
    const place = this.rest === null ? packTogether(this.bytes, this.start, this.to) : null
    if (place === null) return this.keep()
    this.#move(place.bytes, place.at)
    return this
  }

  /** Bytes of the PUBLISH that carries it at a QoS. */
  packetBytes(qos: number): number {
    if (this.rest === null && qos > 0 === this.qos > 0) return this.to - this.start
    return packetBytes(this.topicEnd - this.body + (qos > 0 ? 2 : 0) + this.payloadBytes)
  }

  /** Writes the whole PUBLISH; for messages in one piece. */
  write(out: Bytes, at: number, flags: number, packetId: number): void {
    const withId = (flags & 6) > 0
    if (withId !== this.qos > 0) {
      const payloadAt = this.writeHeader(out, at, flags, packetId)
      copyBytes(this.bytes, this.from, this.to, out, payloadAt)
      return
    }
    const { start, from } = this
    copyBytes(this.bytes, start, this.to, out, at)
    const { view } = out
    view.setUint8(at, 0x30 | flags)
    if (withId) view.setUint16(at + from - start - 2, packetId)
  }

  /** Writes what of the PUBLISH is before the payload; returns where that goes. */
  writeHeader(out: Bytes, at: number, flags: number, packetId: number): number {
    const topic = { bytes: this.bytes, from: this.body, to: this.topicEnd }
    return writePublishHeader(out, at, flags, topic, this.payloadBytes, packetId)
  }

  /** The payload in the pieces it came in. */
  pieces(): Buffer[] {
    const first = this.bytes.buffer.subarray(this.from, this.to)
    if (this.rest === null) return [first]
    return first.length > 0 ? [first, ...this.rest] : [...this.rest]
  }

  /** The message as a complete QoS 0 PUBLISH, encoded once for any number of receivers. */
  frame(): SharedFrame {
    this.#frame ??= SharedFrame.of(this)
    return this.#frame
  }

  #joined(): Buffer {
    return this.rest === null ? this.bytes.buffer.subarray(this.from, this.to) : Buffer.concat(this.pieces())
  }

  /** Pieces that are small parts of what they came in are joined. */
  #keepPieces(rest: readonly Buffer[]): void {
    const held = [this.bytes.buffer, ...rest].reduce((sum, { buffer }) => sum + buffer.byteLength, 0)
    if (this.payloadBytes * 2 > held) return
    const payload = this.payload
    const own = new Bytes(Buffer.from(this.bytes.buffer.subarray(this.start, this.from)))
    this.to = this.from
    this.#move(own, 0)
    this.rest = [payload]
  }

  #move(bytes: Bytes, at: number): void {
    const by = at - this.start
    this.bytes = bytes
    this.start = at
    this.body += by
    this.from += by
    this.to += by
    this.#payload = null
  }
}

function bytesOf(pieces: readonly Buffer[]): number {
  let bytes = 0
  for (const piece of pieces) bytes += piece.length
  return bytes
}
