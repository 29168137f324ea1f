import type { Duplex } from 'node:stream'
import { Bytes } from '../packets/bytes.js'
import { PacketReader, type PacketSink } from '../packets/reader.js'
import { OutQueue } from '../transport/out-queue.js'
import { WebSocketDecoder, type WebSocketSink } from '../transport/websocket-decoder.js'
import { closeFrame, controlFrame, Opcode } from '../transport/websocket-frame.js'

export interface WireEvents extends PacketSink {
  /** The peer closed, or the connection broke. Comes once, after the last packet it sent. */
  lost(): void
  /** The peer took bytes it had let wait. */
  drained(): void
  received(bytes: number): void
  /** All packets are out for now: those of what came, or those that were held. */
  read(): void
  /** Whether no more should be read for now, until `readOn`. */
  readonly throttled: boolean
}

/** One socket: bytes to packets on the way in, packets to one write a turn on the way out. */
export class Wire implements WebSocketSink {
  readonly out: OutQueue
  readonly #socket: WiredSocket
  readonly #decoder: WebSocketDecoder | null
  readonly #reader: PacketReader
  readonly #events: WireEvents
  #closeCode = 1000
  #gone = false
  #closed = false

  constructor(socket: Duplex, framed: boolean, maxPacketBytes: number, events: WireEvents) {
    this.#socket = socket
    this.#events = events
    this.out = new OutQueue(socket, framed, events)
    this.#reader = new PacketReader(maxPacketBytes, events)
    this.#decoder = framed ? new WebSocketDecoder(this) : null
    this.#socket[wire] = this
    socket.on('data', onData)
    socket.on('drain', onDrain)
    socket.on('end', onLost)
    socket.on('close', onLost)
    socket.on('error', onLost)
  }

  /** Bytes the peer has taken so far. */
  get takenBytes(): number {
    return this.out.bytesWritten - this.#socket.writableLength
  }

  push(chunk: Buffer): void {
    if (this.#closed) return
    this.#events.received(chunk.length)
    const bytes = new Bytes(chunk)
    if (this.#decoder) this.#decoder.push(bytes)
    else this.#reader.push(bytes, 0, chunk.length)
    this.#events.read()
    if (!this.#closed && this.#blocked) this.#socket.pause()
  }

  /** Lets no more packets out, until `resume`. */
  hold(): void {
    this.#reader.hold()
  }

  resume(): void {
    this.#reader.release()
    this.#events.read()
    this.readOn()
  }

  /** Reads again when nothing is in the way any more. */
  readOn(): void {
    if (this.#closed || this.#blocked) return
    if (this.#gone) this.#events.lost()
    else if (this.#socket.isPaused()) this.#socket.resume()
  }

  /** Stops reading for good, and ends: at once, or when what is queued has been sent. */
  close(how: 'now' | 'gracefully', closeCode = this.#closeCode): void {
    if (this.#closed) return
    this.#closed = true
    this.#decoder?.stop()
    this.#reader.stop()
    // Who has ended its side without a word is not listening for one.
    if (this.#decoder && !this.#socket.readableEnded) this.out.raw(closeFrame(closeCode))
    this.out.flush()
    this.out.close()
    if (how === 'now') {
      this.#socket.destroy()
      return
    }
    this.#socket.end()
    // Read on, so that the peer's unread bytes do not reset the connection under our last words.
    this.#socket.resume()
    const socket = this.#socket
    const timer = setTimeout(() => socket.destroy(), lingerMs)
    timer.unref()
    socket.once('close', () => clearTimeout(timer))
  }

  /** The peer took what had to wait in the socket. */
  drained(): void {
    this.#events.drained()
  }

  /** The peer is gone, or says that it is going. */
  lose(): void {
    if (this.#gone) return
    this.#gone = true
    if (this.#closed || this.#reader.held) return
    this.#events.lost()
  }

  data(bytes: Bytes, from: number, to: number): void {
    this.#reader.push(bytes, from, to)
  }

  ping(payload: Buffer): void {
    this.out.raw(controlFrame(Opcode.pong, payload))
  }

  closeFrame(): void {
    this.lose()
  }

  breach(detail: string, closeCode: number): void {
    this.#closeCode = closeCode
    this.#events.bad('malformed', `WebSocket: ${detail}`)
  }

  get #blocked(): boolean {
    return this.#reader.held || this.#events.throttled
  }
}

// Listeners that all sockets share: closures for each would be a tenth of an idle connection's memory.
const wire = Symbol('wire')
type WiredSocket = Duplex & { [wire]?: Wire }

function onData(this: WiredSocket, chunk: Buffer): void {
  this[wire]?.push(chunk)
}

function onDrain(this: WiredSocket): void {
  this[wire]?.drained()
}

function onLost(this: WiredSocket): void {
  this[wire]?.lose()
}

const lingerMs = 1_000
