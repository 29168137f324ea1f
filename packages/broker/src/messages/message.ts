import { Bytes, copyBytes } from '../bytes/bytes.js'
import type { StoredMessage } from '../interface/persistence.js'
import type { ProtocolVersion, PublishedMessage, Qos } from '../interface/types.js'
import { headerBytes, packetBytes, varintBytes, writePublishHeader } from '../packets/encode.js'
import type { Packet } from '../packets/packet-reader.js'
import { Annotations } from './annotations.js'
import type { ChangingProperties } from './changing-properties.js'
import { MessageProperties } from './message-properties.js'
import { copyToSlab, slabBytes } from './message-slab.js'
import { encodePublish, type NewMessage } from './new-publish.js'
import { SharedFrame } from './shared-frame.js'

/** Where a PUBLISH is in memory, and where its parts are. */
export interface PublishPlace extends Packet {
  /** Where the length of its properties is; where the payload begins in a PUBLISH before MQTT 5, which has none. */
  section: number
  payload: number
}

/**
 * A message on its way through the broker, kept as the PUBLISH in which it came: the same bytes leave to clients of the same
 * version, except for flags, packet id and expiry interval. They are read where they arrived, and nobody writes there again.
 */
export class Message implements PublishedMessage, StoredMessage {
  readonly topic: string
  readonly qos: Qos
  readonly retain: boolean
  /** How many queues hold it. */
  holders = 0
  bytes: Bytes
  start: number
  body: number
  /** Where the property section begins; where the payload does when there is none. */
  sectionStart: number
  payloadStart: number
  end: number
  rest: readonly Buffer[] | null
  changing: ChangingProperties | null
  #payload: Buffer | null = null
  #properties: MessageProperties | null = null
  #frame: SharedFrame | null = null
  // A field costs eight bytes of each message, so what is known of it shares one.
  #known: number = Known.nothing

  /**
   * The fixed header of `packet` must be as short as possible, because it is sent as it is. `section` and `payload` are those
   * of `PublishPlace`: no object is made of them, as each message comes through here.
   */
  constructor(
    topic: string,
    flags: number,
    packet: Packet,
    section: number,
    payload: number,
    changing: ChangingProperties | null = null,
  ) {
    this.topic = topic
    this.qos = ((flags >> 1) & 3) as Qos
    this.retain = (flags & 1) === 1
    this.bytes = packet.bytes
    this.start = packet.start
    this.body = packet.body
    this.sectionStart = section
    this.payloadStart = payload
    this.changing = changing
    this.end = packet.end
    this.rest = packet.rest
  }

  /** The message of a received PUBLISH of MQTT 3.x. A fixed header that is longer than necessary is written anew. */
  static received(topic: string, flags: number, packet: Packet, payload: number): Message {
    const message = new Message(topic, flags, packet, payload, payload)
    const { start, body } = packet
    return body - start === headerBytes(payload - body + message.payloadBytes) ? message : Message.of(message)
  }

  /** A message that no client sent. Its payload is copied, because the host may use that buffer again. */
  static of(given: NewMessage): Message {
    const { flags, place, changing } = encodePublish(given)
    const message = new Message(given.topic, flags, place, place.section, place.payload, changing)
    message.#known = Known.compact
    return message
  }

  get dup(): boolean {
    return (this.bytes.view.getUint8(this.start) & 8) === 8
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

  /** It leaves in parts: its payload came in several pieces, or to copy it would cost more than to write it apart. */
  get isLarge(): boolean {
    return this.rest !== null || this.end - this.payloadStart >= largeBytes
  }

  /** Memory that it takes in a queue, roughly. */
  get costBytes(): number {
    const annotationBytes = this.changing === null ? 0 : this.changing.annotations.bytes
    return this.payloadBytes + (this.payloadStart - this.body) + annotationBytes + 200
  }

  /** Where the topic ends, and the packet id, the properties or the payload begin. */
  get topicEnd(): number {
    return this.qos > 0 ? this.sectionStart - 2 : this.sectionStart
  }

  /** Where the properties begin, behind their length. */
  get contentStart(): number {
    const { sectionStart, payloadStart } = this
    const bytes = payloadStart - sectionStart
    return bytes === 0 ? payloadStart : sectionStart + varintBytes(bytes - varintBytes(bytes))
  }

  get properties(): MessageProperties | null {
    if (this.changing === null && this.payloadStart - this.sectionStart <= 1) return null
    this.#properties ??= this.#readProperties()
    return this.#properties
  }

  /** From here on it stays as it is, also in size. */
  decided(): void {
    this.#known |= Known.decided
  }

  /** Whether it has an expiry interval. */
  get expires(): boolean {
    return this.changing !== null && this.changing.expiresAtMs !== Number.POSITIVE_INFINITY
  }

  /** Whether its expiry interval has passed. */
  get expired(): boolean {
    return this.changing !== null && this.changing.expiresAtMs <= performance.now()
  }

  annotate(name: string, value: string): void {
    if (this.#known & Known.decided) throw new Error('a message is annotated before it is decided')
    const changing = this.changing
    const annotations = (changing?.annotations ?? Annotations.none).with(name, value)
    if (changing === null)
      this.changing = { expiresAtMs: Number.POSITIVE_INFINITY, expiryOffset: 0, annotations }
    else changing.annotations = annotations
    this.#properties = null
  }

  /** Makes it fit to be kept for long: it is copied out of the bytes in which it arrived, unless it is most of them. */
  keep(): this {
    if (this.#known & Known.compact) return this
    this.#known |= Known.compact
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
    if (this.#known & Known.compact || (this.rest === null && this.bytes.heldBytes <= slabBytes)) return this
    const place = this.rest === null ? copyToSlab(this.bytes, this.start, this.end) : null
    if (place === null) return this.keep()
    this.#move(place.bytes, place.at)
    return this
  }

  /** Size of the PUBLISH of MQTT 3.1.1 that carries it at a QoS. */
  packetBytes(qos: number): number {
    const passesWhole = qos > 0 === this.qos > 0 && this.sectionStart === this.payloadStart
    if (passesWhole && this.rest === null) return this.end - this.start
    return packetBytes(this.topicEnd - this.body + (qos > 0 ? 2 : 0) + this.payloadBytes)
  }

  /** Writes the whole PUBLISH of MQTT 3.1.1, of a message in one piece. */
  write(out: Bytes, at: number, flags: number, packetId: number): void {
    const withId = (flags & 6) > 0
    // The packet in which it came can leave as it is when it has an id or none as well, and no properties.
    if (withId !== this.qos > 0 || this.sectionStart !== this.payloadStart) {
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
  frame(version: ProtocolVersion): SharedFrame {
    const frameVersion = version === 5 ? 5 : 4
    this.#frame ??= SharedFrame.of(this, frameVersion)
    return this.#frame.for(this, frameVersion)
  }

  #readProperties(): MessageProperties {
    const { bytes, contentStart, payloadStart, changing } = this
    if (changing === null)
      return new MessageProperties(bytes.buffer.subarray(contentStart, payloadStart), null)
    const { expiresAtMs, expiryOffset, annotations } = changing
    const expires = expiresAtMs !== Number.POSITIVE_INFINITY
    const expiryStart = expires ? this.sectionStart + expiryOffset - 1 : payloadStart
    const expiryEnd = expires ? expiryStart + expiryBytes : payloadStart
    const before = bytes.buffer.subarray(contentStart, expiryStart)
    const encoded = Buffer.concat([
      before,
      bytes.buffer.subarray(expiryEnd, payloadStart),
      annotations.encoded,
    ])
    const expiresAt = expires ? Math.round(Date.now() + expiresAtMs - performance.now()) : null
    return new MessageProperties(encoded.length > 0 ? encoded : null, expiresAt)
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
    this.sectionStart += offset
    this.payloadStart += offset
    this.end += offset
    this.#payload = null
    this.#properties = null
  }
}

const Known = {
  nothing: 0,
  /** It stays as it is. */
  decided: 1,
  /** Keeping it holds little memory beyond its own bytes. */
  compact: 2,
} as const

/** A payload of this size is not copied: to write it as a part of its own costs less. */
const largeBytes = 8 * 1024
/** The message expiry interval with its identifier. */
const expiryBytes = 5

function bytesOf(pieces: readonly Buffer[]): number {
  let bytes = 0
  for (const piece of pieces) bytes += piece.length
  return bytes
}
