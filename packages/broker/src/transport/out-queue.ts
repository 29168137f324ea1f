import { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { copyBytes, publishBytes, writePublishHeader } from '../packets/encode.js'
import type { Message } from '../packets/message.js'
import type { SharedFrame } from './shared-frame.js'
import { frameHeaderBytes, writeFrameHeader } from './websocket-frame.js'

/** What leaves for one client: collected during a turn of the event loop, written once at its end. */
export class OutQueue {
  bytesWritten = 0
  readonly #socket: Duplex
  readonly #framed: boolean
  #run: Run = emptyRun
  #chunk: Buffer | null = null
  #used = 0
  #parts: Buffer[] = []
  #partsBytes = 0
  #marked = false
  #closed = false

  constructor(socket: Duplex, framed: boolean) {
    this.#socket = socket
    this.#framed = framed
  }

  /** Bytes that the peer has not taken: here, in the stream, but not in the kernel. */
  get backlogBytes(): number {
    return this.#socket.writableLength + this.#partsBytes + this.#used + this.#run.bytes
  }

  /** Adds a frame that other clients get too. Clients with the same frames in the same order share the joined bytes. */
  shared(frame: SharedFrame): void {
    if (this.#closed) return
    this.#mark()
    if (this.#used > 0) this.#spill()
    this.#run = this.#run.with(this.#framed ? frame.ws : frame.tcp)
  }

  /** Adds a PUBLISH for this client alone. */
  publish(message: Message, flags: number, packetId: number): void {
    if (this.#closed) return
    const payloadBytes = message.to - message.from
    const at = this.#open(publishBytes(message.topicBytes.length, payloadBytes, (flags >> 1) & 3))
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
    if (this.#used > 0) this.#spill()
    else this.#spillRun()
    const parts = this.#parts
    if (parts.length === 0) return
    this.bytesWritten += this.#partsBytes
    this.#parts = []
    this.#partsBytes = 0
    const socket = this.#socket
    if (parts.length > 1) socket.cork()
    for (const part of parts) socket.write(part)
    if (parts.length > 1) socket.uncork()
    // A socket that took everything has handed it to the kernel; other streams may still hold on to the bytes.
    if (socket.writableLength === 0 && socket instanceof Socket) for (const part of parts) recycle(part)
  }

  /** Takes and writes nothing more. */
  close(): void {
    this.#closed = true
    this.#parts = []
    this.#chunk = null
    this.#used = 0
    this.#run = emptyRun
  }

  /** Room for one packet and its frame header; returns where the packet goes. */
  #open(bytes: number): number {
    if (!this.#framed) return this.#reserve(bytes)
    const at = this.#reserve(frameHeaderBytes(bytes) + bytes)
    return writeFrameHeader(this.#chunk as Buffer, at, bytes)
  }

  #reserve(bytes: number): number {
    this.#mark()
    if (this.#run !== emptyRun) this.#spillRun()
    if (this.#chunk && this.#used + bytes > this.#chunk.length) this.#spill()
    this.#chunk ??= bytes > chunkBytes ? Buffer.allocUnsafeSlow(bytes) : (freeChunks.pop() ?? newChunk())
    const at = this.#used
    this.#used += bytes
    return at
  }

  #spill(): void {
    const chunk = this.#chunk
    if (!chunk) return
    this.#parts.push(this.#used === chunk.length ? chunk : chunk.subarray(0, this.#used))
    this.#partsBytes += this.#used
    this.#chunk = null
    this.#used = 0
  }

  #spillRun(): void {
    if (this.#run === emptyRun) return
    this.#parts.push(this.#run.join())
    this.#partsBytes += this.#run.bytes
    this.#run = emptyRun
  }

  #mark(): void {
    if (this.#marked) return
    this.#marked = true
    waiting.push(this)
    if (waiting.length === 1) setImmediate(flushAll)
  }
}

/** A list of shared frames, as a path in a tree: equal lists are the same object and are joined once. */
class Run {
  readonly bytes: number
  readonly #before: Run | null
  readonly #frame: Buffer
  #next: Run | null = null
  #joined: Buffer | null = null

  constructor(before: Run | null, frame: Buffer) {
    this.#before = before
    this.#frame = frame
    this.bytes = (before?.bytes ?? 0) + frame.length
  }

  with(frame: Buffer): Run {
    const next = this.#next
    if (next !== null && next.#frame === frame) return next
    if (this === emptyRun) rootUsed = true
    this.#next = new Run(this, frame)
    return this.#next
  }

  join(): Buffer {
    if (this.#joined) return this.#joined
    if (this.#before === emptyRun) return this.#frame
    const joined = Buffer.allocUnsafeSlow(this.bytes)
    let at = this.bytes
    for (let run: Run | null = this; run && run !== emptyRun; run = run.#before) {
      at -= run.#frame.length
      joined.set(run.#frame, at)
    }
    this.#joined = joined
    return joined
  }

  forget(): void {
    this.#next = null
  }
}

const chunkBytes = 32 * 1024
const maxFreeChunks = 256
const freeChunks: Buffer[] = []
const ownChunks = new WeakSet<ArrayBufferLike>()
const emptyRun = new Run(null, Buffer.alloc(0))
let rootUsed = false
let waiting: OutQueue[] = []

function flushAll(): void {
  const now = waiting
  waiting = []
  for (const queue of now) queue.flush()
  if (rootUsed) {
    emptyRun.forget()
    rootUsed = false
  }
}

function newChunk(): Buffer {
  const chunk = Buffer.allocUnsafeSlow(chunkBytes)
  ownChunks.add(chunk.buffer)
  return chunk
}

function recycle(part: Buffer): void {
  if (freeChunks.length < maxFreeChunks && ownChunks.has(part.buffer)) {
    freeChunks.push(Buffer.from(part.buffer as ArrayBuffer, 0, chunkBytes))
  }
}
