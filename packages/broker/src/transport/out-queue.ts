import { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { Bytes } from '../packets/bytes.js'
import type { Message } from '../packets/message.js'
import { chunkBytes, giveBack, takeChunk } from './chunk-pool.js'
import { Run } from './run.js'
import { largeBytes, type SharedFrame } from './shared-frame.js'
import { frameHeaderBytes, writeFrameHeader } from './websocket-frame.js'

/** What leaves for one client: collected during a turn of the event loop, written once at its end. */
export class OutQueue {
  bytesWritten = 0
  readonly #socket: Duplex
  readonly #framed: boolean
  // A socket that took everything has handed it to the kernel; other streams may still hold on to the bytes.
  readonly #reuses: boolean
  readonly #peer: Peer | null
  #run: Run = emptyRun
  #chunk: Bytes | null = null
  /** Bytes in the chunk. While there are some, the queue is marked and no run is open. */
  #used = 0
  /** What the chunk holds. */
  #room = 0
  #parts: Buffer[] | null = null
  #partsBytes = 0
  #lent: Bytes[] | null = null
  /** What the stream held after the last write: until the next one it can only become less. */
  #behindBytes = 0
  #marked = false
  #closed = false

  /** `peer` hears of it when a socket took all at once: it emits no `drain` then. */
  constructor(socket: Duplex, framed: boolean, peer: Peer | null = null) {
    this.#socket = socket
    this.#framed = framed
    this.#reuses = socket instanceof Socket
    this.#peer = peer
  }

  /** Bytes that the peer has not taken: here, in the stream, but not in the kernel. */
  get backlogBytes(): number {
    return this.#socket.writableLength + this.#collectedBytes
  }

  /** Whether the backlog is more than that. */
  exceeds(limitBytes: number): boolean {
    return this.#behindBytes + this.#collectedBytes > limitBytes && this.backlogBytes > limitBytes
  }

  /** Adds a frame that other clients get too. Clients with the same frames in the same order share the joined bytes. */
  shared(frame: SharedFrame): void {
    if (this.#closed) return
    const bytes = this.#framed ? frame.ws : frame.tcp
    this.#mark()
    this.#sealChunk(true)
    if (frame.payload.length === 0) this.#run = this.#run.with(bytes)
    else {
      this.#sealRun()
      this.#addPart(bytes)
      for (const piece of frame.payload) this.#addPart(piece)
    }
  }

  /** Adds a PUBLISH for this client alone. A large payload is not copied: its bytes must never change. */
  publish(message: Message, flags: number, packetId: number): void {
    const bytes = message.packetBytes((flags >> 1) & 3)
    if (bytes > largeBytes && message.payloadBytes >= largeBytes) {
      this.#publishLarge(message, flags, packetId, bytes)
      return
    }
    const at = this.#open(bytes)
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
    const at = this.#open(bytes.length)
    if (at >= 0) bytes.copy((this.#chunk as Bytes).buffer, at)
  }

  /** Adds bytes as they are: WebSocket control frames, the handshake. */
  raw(bytes: Buffer): void {
    const at = this.#reserve(bytes.length)
    if (at >= 0) bytes.copy((this.#chunk as Bytes).buffer, at)
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
    const lent = this.#lent
    if (parts === null) return
    this.bytesWritten += this.#partsBytes
    this.#parts = null
    this.#lent = null
    this.#partsBytes = 0
    if (parts.length > 1) socket.cork()
    for (const part of parts) socket.write(part)
    if (parts.length > 1) socket.uncork()
    this.#behindBytes = socket.writableLength
    if (this.#behindBytes > 0) return
    if (lent !== null && this.#reuses) for (const chunk of lent) giveBack(chunk)
    this.#peer?.drained()
  }

  /** Takes and writes nothing more. */
  close(): void {
    this.#closed = true
    this.#parts = null
    this.#partsBytes = 0
    this.#lent = null
    this.#chunk = null
    this.#used = 0
    this.#run = emptyRun
  }

  get #collectedBytes(): number {
    return this.#partsBytes + this.#used + this.#run.bytes
  }

  #publishLarge(message: Message, flags: number, packetId: number, bytes: number): void {
    if (this.#closed) return
    const header = this.#framed ? frameHeaderBytes(bytes) : 0
    const head = new Bytes(Buffer.allocUnsafe(header + bytes - message.payloadBytes))
    if (this.#framed) writeFrameHeader(head.buffer, 0, bytes)
    message.writeHeader(head, header, flags, packetId)
    this.#mark()
    this.#sealRun()
    this.#sealChunk(true)
    this.#addPart(head.buffer)
    for (const piece of message.pieces()) this.#addPart(piece)
  }

  /** Room for one packet and its frame header; returns where the packet goes, or -1 when closed. */
  #open(bytes: number): number {
    if (!this.#framed) return this.#reserve(bytes)
    const at = this.#reserve(frameHeaderBytes(bytes) + bytes)
    return at < 0 ? at : writeFrameHeader((this.#chunk as Bytes).buffer, at, bytes)
  }

  #reserve(bytes: number): number {
    const at = this.#used
    if (at === 0 || at + bytes > this.#room) return this.#reserveAnew(bytes)
    this.#used = at + bytes
    return at
  }

  #reserveAnew(bytes: number): number {
    if (this.#closed) return -1
    this.#mark()
    this.#sealRun()
    this.#sealChunk(false)
    if (this.#chunk === null || bytes > this.#room) {
      this.#dropChunk()
      // Who has filled one chunk in this turn gets a whole one.
      const wanted = this.#parts === null ? bytes : chunkBytes
      this.#chunk = bytes > chunkBytes ? new Bytes(Buffer.allocUnsafeSlow(bytes)) : takeChunk(wanted)
      this.#room = this.#chunk.buffer.length
    }
    this.#used = bytes
    return 0
  }

  #dropChunk(): void {
    if (this.#chunk !== null) giveBack(this.#chunk)
    this.#chunk = null
  }

  // A little that has to wait is copied: a whole chunk is too much memory for it.
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
    if (this.#lent === null) this.#lent = [chunk]
    else this.#lent.push(chunk)
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

const frameOfFour = 0x8204
const smallBytes = 4 * 1024
const emptyRun = Run.empty
let waiting: OutQueue[] = []

function flushAll(): void {
  const now = waiting
  waiting = []
  for (const queue of now) queue.flush()
  Run.forget()
}
