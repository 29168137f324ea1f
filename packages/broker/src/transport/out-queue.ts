import { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { copyBytes, publishBytes, writePublishHeader } from '../packets/encode.js'
import type { Message } from '../packets/message.js'
import { chunkBytes, giveBack, takeChunk } from './chunk-pool.js'
import { Run } from './run.js'
import type { SharedFrame } from './shared-frame.js'
import { frameHeaderBytes, writeFrameHeader } from './websocket-frame.js'

/** What leaves for one client: collected during a turn of the event loop, written once at its end. */
export class OutQueue {
  bytesWritten = 0
  readonly #socket: Duplex
  readonly #framed: boolean
  readonly #peer: Peer | null
  #run: Run = emptyRun
  #chunk: Buffer | null = null
  #used = 0
  #parts: Buffer[] | null = null
  #partsBytes = 0
  #marked = false
  #closed = false

  /** `peer` hears of it when a socket took all at once: it emits no `drain` then. */
  constructor(socket: Duplex, framed: boolean, peer: Peer | null = null) {
    this.#socket = socket
    this.#framed = framed
    this.#peer = peer
  }

  /** Bytes that the peer has not taken: here, in the stream, but not in the kernel. */
  get backlogBytes(): number {
    return this.#socket.writableLength + this.#partsBytes + this.#used + this.#run.bytes
  }

  /** Adds a frame that other clients get too. Clients with the same frames in the same order share the joined bytes. */
  shared(frame: SharedFrame): void {
    if (this.#closed) return
    const bytes = this.#framed ? frame.ws : frame.tcp
    this.#mark()
    this.#sealChunk(true)
    if (bytes.length < largeBytes) this.#run = this.#run.with(bytes)
    else {
      this.#sealRun()
      this.#addPart(bytes)
    }
  }

  /** Adds a PUBLISH for this client alone. A large payload is not copied: its bytes must never change. */
  publish(message: Message, flags: number, packetId: number): void {
    if (this.#closed) return
    const payloadBytes = message.to - message.from
    const bytes = publishBytes(message.topicBytes.length, payloadBytes, (flags >> 1) & 3)
    if (payloadBytes >= largeBytes) {
      this.#publishLarge(message, flags, packetId, bytes)
      return
    }
    const at = this.#open(bytes)
    const out = this.#chunk as Buffer
    const body = writePublishHeader(out, at, flags, message.topicBytes, payloadBytes, packetId)
    copyBytes(message.source, message.from, message.to, out, body)
  }

  /** Adds a four-byte packet: an acknowledgement. */
  acknowledge(firstByte: number, packetId: number): void {
    if (this.#closed) return
    const at = this.#open(4)
    const out = this.#chunk as Buffer
    out[at] = firstByte
    out[at + 1] = 2
    out[at + 2] = packetId >> 8
    out[at + 3] = packetId & 255
  }

  /** Adds a whole packet. */
  packet(bytes: Buffer): void {
    if (this.#closed) return
    const at = this.#open(bytes.length)
    bytes.copy(this.#chunk as Buffer, at)
  }

  /** Adds bytes as they are: WebSocket control frames, the handshake. */
  raw(bytes: Buffer): void {
    if (this.#closed) return
    const at = this.#reserve(bytes.length)
    bytes.copy(this.#chunk as Buffer, at)
  }

  /** Writes all that was added. */
  flush(): void {
    this.#marked = false
    if (this.#closed) return
    const socket = this.#socket
    this.#sealChunk(socket.writableLength > 0)
    this.#sealRun()
    this.#dropChunk()
    const parts = this.#parts
    if (parts === null) return
    this.bytesWritten += this.#partsBytes
    this.#parts = null
    this.#partsBytes = 0
    if (parts.length > 1) socket.cork()
    for (const part of parts) socket.write(part)
    if (parts.length > 1) socket.uncork()
    if (socket.writableLength > 0) return
    // A socket that took everything has handed it to the kernel; other streams may still hold on to the bytes.
    if (socket instanceof Socket) for (const part of parts) giveBack(part)
    this.#peer?.drained()
  }

  /** Takes and writes nothing more. */
  close(): void {
    this.#closed = true
    this.#parts = null
    this.#partsBytes = 0
    this.#chunk = null
    this.#used = 0
    this.#run = emptyRun
  }

  #publishLarge(
    { topicBytes, source, from, to }: Message,
    flags: number,
    packetId: number,
    bytes: number,
  ): void {
    const head = Buffer.allocUnsafe((this.#framed ? frameHeaderBytes(bytes) : 0) + bytes - (to - from))
    const at = this.#framed ? writeFrameHeader(head, 0, bytes) : 0
    writePublishHeader(head, at, flags, topicBytes, to - from, packetId)
    this.#mark()
    this.#sealRun()
    this.#sealChunk(true)
    this.#addPart(head)
    this.#addPart(source.subarray(from, to))
  }

  /** Room for one packet and its frame header; returns where the packet goes. */
  #open(bytes: number): number {
    if (!this.#framed) return this.#reserve(bytes)
    const at = this.#reserve(frameHeaderBytes(bytes) + bytes)
    return writeFrameHeader(this.#chunk as Buffer, at, bytes)
  }

  #reserve(bytes: number): number {
    this.#mark()
    this.#sealRun()
    if (this.#chunk !== null && this.#used + bytes > this.#chunk.length) {
      this.#sealChunk(false)
      this.#dropChunk()
    }
    this.#chunk ??= bytes > chunkBytes ? Buffer.allocUnsafeSlow(bytes) : takeChunk()
    const at = this.#used
    this.#used += bytes
    return at
  }

  #dropChunk(): void {
    if (this.#chunk !== null) giveBack(this.#chunk)
    this.#chunk = null
  }

  // A little that has to wait is copied: a whole chunk is too much memory for it.
  #sealChunk(waits: boolean): void {
    const chunk = this.#chunk
    if (chunk === null || this.#used === 0) return
    const part = chunk.subarray(0, this.#used)
    const copied = waits && this.#used < smallBytes
    this.#addPart(copied ? Buffer.from(part) : part)
    if (!copied) this.#chunk = null
    this.#used = 0
  }

  #sealRun(): void {
    if (this.#run === emptyRun) return
    this.#addPart(this.#run.join())
    this.#run = emptyRun
  }

  #addPart(part: Buffer): void {
    if (this.#parts === null) this.#parts = [part]
    else this.#parts.push(part)
    this.#partsBytes += part.length
  }

  #mark(): void {
    if (this.#marked) return
    this.#marked = true
    waiting.push(this)
    if (waiting.length === 1) setImmediate(flushAll)
  }
}

interface Peer {
  drained(): void
}

// From here on a part of its own in the write costs less than a copy.
const largeBytes = 8 * 1024
const smallBytes = 4 * 1024
const emptyRun = Run.empty
let waiting: OutQueue[] = []

function flushAll(): void {
  const now = waiting
  waiting = []
  for (const queue of now) queue.flush()
  Run.forget()
}
