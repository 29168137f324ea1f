import { Bytes, copyBytes } from '../bytes/bytes.js'
import type { PublishedMessage, Qos } from '../interface/types.js'
import { headerBytes, packetBytes, publishFlags, writePublishHeader } from '../packets/encode.js'
import { copyToSlab, slabBytes } from './message-slab.js'
import { SharedFrame } from './shared-frame.js'

/** Where a PUBLISH is in memory. */
export interface PublishPlace {
  bytes: Bytes
  /** Where the packet begins. */
  start: number
  /** Where the topic's length begins, with the topic behind it. */
  body: number
  payload: number
  /** Where the packet ends, or its first piece. */
  end: number
  /** The other pieces of a large payload that came in several. */
  rest: readonly Buffer[] | null
}

export interface NewMessage {
  topic: string
  payload: Buffer
  qos: Qos
  retain: boolean
  dup?: boolean
}

/**
 * A message on its way through the broker, kept as the PUBLISH in which it came: the same bytes leave, except for flags
 * and packet id. They are read where they arrived, and nobody writes there again.
 */
export class Message implements PublishedMessage {
  readonly topic: string
  readonly qos: Qos
  readonly retain: boolean
  readonly dup: boolean
  /** How many queues hold it. */
  holders = 0
  bytes: Bytes
  start: number
  body: number
  payloadStart: number
  end: number
  rest: readonly Buffer[] | null
  #payload: Buffer | null = null
  #frame: SharedFrame | null = null
  /** Keeping it holds little memory beyond its own bytes. */
  #compact = false

  /** The fixed header at `place` must be as short as possible, because it is sent as it is. */
  constructor(topic: string, flags: number, place: PublishPlace) {
    this.topic = topic
    this.qos = ((flags >> 1) & 3) as Qos
    this.retain = (flags & 1) === 1
    this.dup = (flags & 8) === 8
    this.bytes = place.bytes
    this.start = place.start
    this.body = place.body
    this.payloadStart = place.payload
    this.end = place.end
    this.rest = place.rest
  }

  /** The message of a received PUBLISH. A fixed header that is longer than necessary is written anew. */
  static received(topic: string, flags: number, place: PublishPlace): Message {
    const message = new Message(topic, flags, place)
    const remaining = place.payload - place.body + message.payloadBytes
    return place.body - place.start === headerBytes(remaining) ? message : Message.of(message)
  }

  /** A message that no client sent. Its payload is copied, because the host may use that buffer again. */
  static of({ topic, payload, qos, retain, dup = false }: NewMessage): Message {
    const topicBytes = Buffer.byteLength(topic)
    const remaining = 2 + topicBytes + (qos > 0 ? 2 : 0) + payload.length
    const body = headerBytes(remaining)
    const packet = Buffer.allocUnsafeSlow(body + remaining)
    const topicField = new Bytes(Buffer.allocUnsafe(2 + topicBytes))
    topicField.buffer.writeUInt16BE(topicBytes)
    topicField.buffer.write(topic, 2)
    const flags = publishFlags(qos, { retain, dup })
    const bytes = new Bytes(packet)
    const topicPlace = { bytes: topicField, from: 0, to: topicField.buffer.length }
    const payloadStart = writePublishHeader(bytes, 0, flags, topicPlace, payload.length, 0)
    payload.copy(packet, payloadStart)
    const place = { bytes, start: 0, body, payload: payloadStart, end: packet.length, rest: null }
    const message = new Message(topic, flags, place)
    message.#compact = true
    return message
  }

  get payload(): Buffer {
    this.#payload ??= this.#joined()
    return this.#payload
  }

  get payloadBytes(): number {
    return this.rest === null
      ? this.end - this.payloadStart
      : this.end - this.payloadStart + bytesOf(this.rest)
  }

  /** Memory that it takes in a queue, roughly. */
  get costBytes(): number {
    return this.payloadBytes + (this.payloadStart - this.body) + 200
  }

  /** Where the topic ends, and the packet id or payload begins. */
  get topicEnd(): number {
    return this.qos > 0 ? this.payloadStart - 2 : this.payloadStart
  }

  /** Makes it fit to be kept for long: it is copied out of the bytes in which it arrived, unless it is most of them. */
  keep(): this {
    if (this.#compact) return this
    this.#compact = true
    if (this.rest !== null) this.#keepPieces(this.rest)
    else if ((this.end - this.start) * 2 < this.bytes.heldBytes) {
      const own = new Bytes(Buffer.allocUnsafeSlow(this.end - this.start))
      copyBytes(this.bytes, this.start, this.end, own, 0)
      this.#move(own, 0)
    }
    return this
  }

  /** Makes it fit to be kept for a while: small messages that came at about the same time share memory. */
  keepBriefly(): this {
    if (this.#compact || (this.rest === null && this.bytes.heldBytes <= slabBytes)) return this
    const place = this.rest === null ? copyToSlab(this.bytes, this.start, this.end) : null
    if (place === null) return this.keep()
    this.#move(place.bytes, place.at)
    return this
  }

  /** Size of the PUBLISH that carries it at a QoS. */
  packetBytes(qos: number): number {
    if (this.rest === null && qos > 0 === this.qos > 0) return this.end - this.start
    return packetBytes(this.topicEnd - this.body + (qos > 0 ? 2 : 0) + this.payloadBytes)
  }

  /** Writes the whole PUBLISH, of a message in one piece. */
  write(out: Bytes, at: number, flags: number, packetId: number): void {
    const withId = (flags & 6) > 0
    if (withId !== this.qos > 0) {
      const payloadAt = this.writeHeader(out, at, flags, packetId)
      copyBytes(this.bytes, this.payloadStart, this.end, out, payloadAt)
      return
    }
    const { start, payloadStart } = this
    copyBytes(this.bytes, start, this.end, out, at)
    const { view } = out
    view.setUint8(at, 0x30 | flags)
    if (withId) view.setUint16(at + payloadStart - start - 2, packetId)
  }

  /** Writes the part of the PUBLISH before the payload; returns where the payload goes. */
  writeHeader(out: Bytes, at: number, flags: number, packetId: number): number {
    const topic = { bytes: this.bytes, from: this.body, to: this.topicEnd }
    return writePublishHeader(out, at, flags, topic, this.payloadBytes, packetId)
  }

  /** The payload, in the pieces in which it came. */
  pieces(): Buffer[] {
    const first = this.bytes.buffer.subarray(this.payloadStart, this.end)
    if (this.rest === null) return [first]
    return first.length > 0 ? [first, ...this.rest] : [...this.rest]
  }

  /** The message as a complete QoS 0 PUBLISH, encoded once for any number of subscribers. */
  frame(): SharedFrame {
    this.#frame ??= SharedFrame.of(this)
    return this.#frame
  }

  #joined(): Buffer {
    return this.rest === null
      ? this.bytes.buffer.subarray(this.payloadStart, this.end)
      : Buffer.concat(this.pieces())
  }

  /** Joins the pieces when they are small parts of the memory in which they came. */
  #keepPieces(rest: readonly Buffer[]): void {
    const held = [this.bytes.buffer, ...rest].reduce((sum, { buffer }) => sum + buffer.byteLength, 0)
    if (this.payloadBytes * 2 > held) return
    const payload = this.payload
    const own = new Bytes(Buffer.from(this.bytes.buffer.subarray(this.start, this.payloadStart)))
    this.end = this.payloadStart
    this.#move(own, 0)
    this.rest = [payload]
  }

  #move(bytes: Bytes, at: number): void {
    const offset = at - this.start
    this.bytes = bytes
    this.start = at
    this.body += offset
    this.payloadStart += offset
    this.end += offset
    this.#payload = null
  }
}

function bytesOf(pieces: readonly Buffer[]): number {
  let bytes = 0
  for (const piece of pieces) bytes += piece.length
  return bytes
}
