import { type SharedFrame, shareFrame } from '../transport/shared-frame.js'
import type { PublishedMessage, Qos } from '../types.js'
import { copyBytes, publishBytes, publishFlags, writePublishHeader } from './encode.js'

/** A message on its way through the broker. Bytes are read where they arrived, and nobody writes there again. */
export class Message implements PublishedMessage {
  readonly topic: string
  topicBytes: Buffer
  readonly qos: Qos
  readonly retain: boolean
  readonly dup: boolean
  /** How many queues keep it. */
  holders = 0
  source: Buffer
  from: number
  to: number
  #payload: Buffer | null = null
  #frame: SharedFrame | null = null
  #kept = false

  constructor(
    topic: string,
    topicBytes: Buffer,
    source: Buffer,
    from: number,
    to: number,
    qos: Qos,
    retain: boolean,
    dup: boolean,
  ) {
    this.topic = topic
    this.topicBytes = topicBytes
    this.source = source
    this.from = from
    this.to = to
    this.qos = qos
    this.retain = retain
    this.dup = dup
  }

  /** A message of the host's making. Its payload is copied: the host may use that buffer again. */
  static of(topic: string, payload: Buffer, qos: Qos, retain: boolean): Message {
    return new Message(topic, Buffer.from(topic), payload, 0, payload.length, qos, retain, false).#copied()
  }

  /** A message as the store had it. Its bytes are the store's to give away: they are copied only out of larger ones. */
  static restored({ topic, payload, qos }: { topic: string; payload: Buffer; qos: Qos }): Message {
    return new Message(topic, Buffer.from(topic), payload, 0, payload.length, qos, false, false).keep()
  }

  get payload(): Buffer {
    this.#payload ??= this.source.subarray(this.from, this.to)
    return this.#payload
  }

  get payloadBytes(): number {
    return this.to - this.from
  }

  /** What it costs to keep it queued, roughly. */
  get costBytes(): number {
    return this.to - this.from + this.topicBytes.length + 200
  }

  /** Makes it worth keeping: the payload is copied out of the bytes it arrived in, unless it is most of them. */
  keep(): this {
    if (this.#kept) return this
    this.#kept = true
    return this.payloadBytes * 2 > this.source.buffer.byteLength ? this : this.#copied()
  }

  #copied(): this {
    const own = Buffer.allocUnsafeSlow(this.to - this.from)
    this.source.copy(own, 0, this.from, this.to)
    this.source = own
    this.from = 0
    this.to = own.length
    this.#payload = own
    this.#kept = true
    return this
  }

  /** The message as a complete QoS 0 PUBLISH, encoded once for any number of receivers. */
  frame(): SharedFrame {
    if (this.#frame) return this.#frame
    const bytes = publishBytes(this.topicBytes.length, this.to - this.from, 0)
    this.#frame = shareFrame(bytes, (out, at) => {
      const body = writePublishHeader(
        out,
        at,
        publishFlags(0, false, false),
        this.topicBytes,
        this.to - this.from,
        0,
      )
      copyBytes(this.source, this.from, this.to, out, body)
    })
    return this.#frame
  }
}
