import { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { Bytes } from '../bytes/bytes.js'
import type { ProtocolVersion, Transport } from '../interface/types.js'
import type { Message } from '../messages/message.js'
import { noIdentifiers } from '../messages/no-identifiers.js'
import {
  aliasBytes,
  noAlias,
  publish5Bytes,
  type TopicAlias,
  writePublish5,
  writePublish5Head,
} from '../messages/publish5.js'
import type { SharedFrame } from '../messages/shared-frame.js'
import { frameHeaderBytes, writeFrameHeader } from '../websocket/frame.js'
import { chunkBytes, giveBack, takeChunk } from './chunk-pool.js'
import { FrameSequence } from './frame-sequence.js'
import { SentAliases } from './sent-aliases.js'

/** The outgoing queue of one client: collects bytes during a turn of the event loop, and writes them once at its end. */
export class OutgoingQueue {
  bytesWritten = 0
  /** The client's, once its CONNECT was read. */
  version: ProtocolVersion = 4
  /** How many topic aliases the client may be sent. */
  topicAliasMaximum = 0
  /** What the client takes: a larger PUBLISH must not be added [MQTT-3.1.2-24]. */
  maximumPacketSize = Number.POSITIVE_INFINITY
  #aliases: SentAliases | null = null
  readonly #socket: Duplex
  readonly #framed: boolean
  // A socket that took everything has passed it to the kernel; other streams may still hold the bytes.
  readonly #mayReuseChunks: boolean
  readonly #peer: Peer | null
  #sequence: FrameSequence = emptySequence
  #chunk: Bytes | null = null
  /** Bytes in the chunk. While there are some, the queue is scheduled and the sequence is empty. */
  #used = 0
  #chunkSize = 0
  #parts: Buffer[] | null = null
  #partsBytes = 0
  /** Chunks whose bytes are among the parts. */
  #usedChunks: Bytes[] | null = null
  /** Bytes that the stream held after the last write. Until the next write they can only become fewer. */
  #streamBytes = 0
  /** It is flushed at the end of this turn. */
  #scheduled = false
  #closed = false

  /** `peer` is called when a socket took everything at once: it emits no `drain` then. */
  constructor(socket: Duplex, transport: Transport, peer: Peer | null = null) {
    this.#socket = socket
    this.#framed = transport === 'ws'
    this.#mayReuseChunks = socket instanceof Socket
    this.#peer = peer
  }

  /** Bytes that the peer has not taken: in this queue and in the stream, but not in the kernel. */
  get backlogBytes(): number {
    return this.#socket.writableLength + this.#collectedBytes
  }

  /** Whether the backlog is larger than the limit. */
  exceeds(limitBytes: number): boolean {
    return this.#streamBytes + this.#collectedBytes > limitBytes && this.backlogBytes > limitBytes
  }

  /** Adds a PUBLISH that other clients get too. Clients with the same frames in the same order share the joined bytes. */
  shared(frame: SharedFrame): void {
    if (this.#closed) return
    const bytes = this.#framed ? frame.ws : frame.tcp
    this.#schedule()
    this.#sealChunk(true)
    if (frame.payload.length === 0) this.#sequence = this.#sequence.with(bytes)
    else {
      this.#sealSequence()
      this.#addPart(bytes)
      for (const piece of frame.payload) this.#addPart(piece)
    }
  }

  /** Whether a message is more than the client takes in one packet. */
  isTooLarge(message: Message, qos: number, identifiers: readonly number[]): boolean {
    if (this.maximumPacketSize === Number.POSITIVE_INFINITY) return false
    return this.#publishBytes(message, qos, identifiers) > this.maximumPacketSize
  }

  /** Adds a PUBLISH for this client alone. A large payload is not copied: its bytes must never change. */
  publish(
    message: Message,
    flags: number,
    packetId: number,
    identifiers: readonly number[] = noIdentifiers,
  ): void {
    if (this.version === 5) {
      this.#publish5(message, flags, packetId, identifiers)
      return
    }
    const bytes = message.packetBytes((flags >> 1) & 3)
    if (message.isLarge) {
      const { head, at } = this.#largeHead(message, bytes)
      message.writeHeader(head, at, flags, packetId)
      this.#addLarge(message, head)
      return
    }
    const at = this.#reservePacket(bytes)
    if (at >= 0) message.write(this.#chunk as Bytes, at, flags, packetId)
  }

  /** Adds a four-byte packet: an acknowledgement. */
  acknowledge(firstByte: number, packetId: number): void {
    const framed = this.#framed
    let at = this.#reserve(framed ? 6 : 4)
    if (at < 0) return
    const { view } = this.#chunk as Bytes
    if (framed) {
      view.setUint16(at, frameOfFour)
      at += 2
    }
    view.setUint16(at, (firstByte << 8) | 2)
    view.setUint16(at + 2, packetId)
  }

  /** Adds a whole packet. */
  packet(bytes: Buffer): void {
    const at = this.#reservePacket(bytes.length)
    if (at >= 0) bytes.copy((this.#chunk as Bytes).buffer, at)
  }

  /** Adds bytes as they are: WebSocket control frames, the handshake. */
  raw(bytes: Buffer): void {
    const at = this.#reserve(bytes.length)
    if (at >= 0) bytes.copy((this.#chunk as Bytes).buffer, at)
  }

  /** Writes everything that was added. */
  flush(): void {
    this.#scheduled = false
    if (this.#closed) return
    const socket = this.#socket
    this.#sealChunk(socket.writableLength > 0)
    this.#sealSequence()
    this.#dropChunk()
    const parts = this.#parts
    const usedChunks = this.#usedChunks
    if (parts === null) return
    this.bytesWritten += this.#partsBytes
    this.#parts = null
    this.#usedChunks = null
    this.#partsBytes = 0
    if (parts.length > 1) socket.cork()
    for (const part of parts) socket.write(part)
    if (parts.length > 1) socket.uncork()
    this.#streamBytes = socket.writableLength
    if (this.#streamBytes > 0) return
    if (usedChunks !== null && this.#mayReuseChunks) for (const chunk of usedChunks) giveBack(chunk)
    this.#peer?.drained()
  }

  /** Adds and writes nothing more. */
  close(): void {
    this.#closed = true
    this.#parts = null
    this.#partsBytes = 0
    this.#usedChunks = null
    this.#chunk = null
    this.#used = 0
    this.#sequence = emptySequence
  }

  get #collectedBytes(): number {
    return this.#partsBytes + this.#used + this.#sequence.bytes
  }

  #publish5(message: Message, flags: number, packetId: number, identifiers: readonly number[]): void {
    const qos = (flags >> 1) & 3
    const topic = this.#aliasOf(message, flags, identifiers)
    const bytes = publish5Bytes(message, qos, identifiers, topic)
    const sending = { flags, packetId, identifiers, topic }
    if (message.isLarge) {
      const { head, at } = this.#largeHead(message, bytes)
      writePublish5Head(message, head, at, sending)
      this.#addLarge(message, head)
      return
    }
    const at = this.#reservePacket(bytes)
    if (at >= 0) writePublish5(message, this.#chunk as Bytes, at, sending)
  }

  /** A retained message is sent once, so its topic gets no alias; neither does one that is hardly longer than an alias. */
  #aliasOf(message: Message, flags: number, identifiers: readonly number[]): TopicAlias {
    const isRetained = (flags & 1) === 1
    if (this.topicAliasMaximum === 0 || isRetained || this.#closed) return noAlias
    if (message.topicEnd - message.body <= 2 + aliasBytes) return noAlias
    const bytes = this.#publishBytes(message, (flags >> 1) & 3, identifiers)
    // The remaining length may take a byte more with the alias.
    if (bytes + aliasBytes + 1 > this.maximumPacketSize) return noAlias
    this.#aliases ??= new SentAliases(this.topicAliasMaximum)
    return this.#aliases.use(message.topic)
  }

  #publishBytes(message: Message, qos: number, identifiers: readonly number[]): number {
    return this.version === 5 ? publish5Bytes(message, qos, identifiers, noAlias) : message.packetBytes(qos)
  }

  /** Memory for what is before a large payload, and where the packet begins there, behind its frame header. */
  #largeHead(message: Message, bytes: number): { head: Bytes; at: number } {
    const header = this.#framed ? frameHeaderBytes(bytes) : 0
    const head = new Bytes(Buffer.allocUnsafe(header + bytes - message.payloadBytes))
    if (this.#framed) writeFrameHeader(head.buffer, 0, bytes)
    return { head, at: header }
  }

  #addLarge(message: Message, head: Bytes): void {
    if (this.#closed) return
    this.#schedule()
    this.#sealSequence()
    this.#sealChunk(true)
    this.#addPart(head.buffer)
    for (const piece of message.pieces()) this.#addPart(piece)
  }

  /** Reserves room for one packet, and writes its frame header; returns where the packet goes, or -1 when closed. */
  #reservePacket(bytes: number): number {
    if (!this.#framed) return this.#reserve(bytes)
    const at = this.#reserve(frameHeaderBytes(bytes) + bytes)
    return at < 0 ? at : writeFrameHeader((this.#chunk as Bytes).buffer, at, bytes)
  }

  #reserve(bytes: number): number {
    const at = this.#used
    if (at === 0 || at + bytes > this.#chunkSize) return this.#reserveInNewChunk(bytes)
    this.#used = at + bytes
    return at
  }

  #reserveInNewChunk(bytes: number): number {
    if (this.#closed) return -1
    this.#schedule()
    this.#sealSequence()
    this.#sealChunk(false)
    if (this.#chunk === null || bytes > this.#chunkSize) {
      this.#dropChunk()
      // A client that has filled one chunk in this turn gets a whole one.
      const wanted = this.#parts === null ? bytes : chunkBytes
      this.#chunk = bytes > chunkBytes ? new Bytes(Buffer.allocUnsafeSlow(bytes)) : takeChunk(wanted)
      this.#chunkSize = this.#chunk.buffer.length
    }
    this.#used = bytes
    return 0
  }

  #dropChunk(): void {
    if (this.#chunk !== null) giveBack(this.#chunk)
    this.#chunk = null
  }

  // A few bytes that have to wait are copied: they would hold a whole chunk.
  #sealChunk(waits: boolean): void {
    const chunk = this.#chunk
    if (chunk === null || this.#used === 0) return
    const part = chunk.buffer.subarray(0, this.#used)
    this.#used = 0
    if (waits && part.length < smallBytes) {
      this.#addPart(Buffer.from(part))
      return
    }
    this.#addPart(part)
    this.#chunk = null
    if (chunk.buffer.length > chunkBytes) return
    if (this.#usedChunks === null) this.#usedChunks = [chunk]
    else this.#usedChunks.push(chunk)
  }

  #sealSequence(): void {
    if (this.#sequence === emptySequence) return
    this.#addPart(this.#sequence.join())
    this.#sequence = emptySequence
  }

  #addPart(part: Buffer): void {
    if (this.#parts === null) this.#parts = [part]
    else this.#parts.push(part)
    this.#partsBytes += part.length
  }

  #schedule(): void {
    if (this.#scheduled) return
    this.#scheduled = true
    scheduled.push(this)
    if (scheduled.length === 1) setImmediate(flushAll)
  }
}

interface Peer {
  drained(): void
}

/** The frame header of four bytes. */
const frameOfFour = 0x8204
const smallBytes = 4 * 1024
const emptySequence = FrameSequence.empty
let scheduled: OutgoingQueue[] = []

/** What the writes at the end of turns have taken so far, in this process. */
export const writes = { ms: 0, queues: 0 }

function flushAll(): void {
  const beganMs = performance.now()
  const queues = scheduled
  scheduled = []
  for (const queue of queues) queue.flush()
  FrameSequence.forget()
  writes.ms += performance.now() - beganMs
  writes.queues += queues.length
}
