import type { Duplex } from 'node:stream'
import { PacketReader, type PacketSink } from '../packets/reader.js'
import { OutQueue } from '../transport/out-queue.js'
import { WebSocketDecoder } from '../transport/websocket-decoder.js'
import { closeFrame, controlFrame, Opcode } from '../transport/websocket-frame.js'

export interface WireEvents {
  packet: PacketSink
  bad(problem: 'too_large' | 'malformed', detail: string): void
  /** The peer closed, or the connection broke. Comes once, after the last packet it sent. */
  lost(): void
  /** The peer took bytes it had let wait. */
  drained(): void
  received(bytes: number): void
}

/** One socket: bytes to packets on the way in, packets to one write a turn on the way out. */
export class Wire {
  readonly out: OutQueue
  readonly #socket: Duplex
  readonly #decoder: WebSocketDecoder | null
  readonly #reader: PacketReader
  readonly #events: WireEvents
  #throttled: () => boolean = () => false
  #closeCode = 1000
  #gone = false
  #closed = false

  constructor(socket: Duplex, framed: boolean, maxPacketBytes: number, events: WireEvents) {
    this.#socket = socket
    this.#events = events
    this.out = new OutQueue(socket, framed, events.drained)
    this.#reader = new PacketReader(maxPacketBytes, events.packet, events.bad)
    this.#decoder = framed ? this.#createDecoder() : null
    socket.on('data', (chunk: Buffer) => this.push(chunk))
    socket.on('drain', events.drained)
    socket.on('end', () => this.#lose())
    socket.on('close', () => this.#lose())
    socket.on('error', () => this.#lose())
  }

  /** Bytes the peer has taken so far. */
  get takenBytes(): number {
    return this.out.bytesWritten - this.#socket.writableLength
  }

  push(chunk: Buffer): void {
    if (this.#closed) return
    this.#events.received(chunk.length)
    if (this.#decoder) this.#decoder.push(chunk)
    else this.#reader.push(chunk, 0, chunk.length)
    if (this.#reader.held || this.#throttled()) this.#socket.pause()
  }

  /** While `throttled` answers true after a chunk, no more is read until `readOn`. */
  throttleWhile(throttled: () => boolean): void {
    this.#throttled = throttled
  }

  /** Lets no more packets out, until `resume`. */
  hold(by?: number): void {
    this.#reader.hold(by)
  }

  resume(by?: number): void {
    this.#reader.release(by)
    this.readOn()
  }

  /** Reads again when nothing is in the way any more. */
  readOn(): void {
    if (this.#closed || this.#reader.held || this.#throttled()) return
    if (this.#gone) this.#events.lost()
    else if (this.#socket.isPaused()) this.#socket.resume()
  }

  /** Stops reading for good, and ends: at once, or when what is queued has been sent. */
  close(how: 'now' | 'gracefully', closeCode = this.#closeCode): void {
    if (this.#closed) return
    this.#closed = true
    this.#decoder?.stop()
    this.#reader.stop()
    if (this.#decoder) this.out.raw(closeFrame(closeCode))
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

  /** Calls back when the socket is closed. */
  onceGone(gone: () => void): void {
    if (this.#socket.closed) gone()
    else this.#socket.once('close', gone)
  }

  #lose(): void {
    if (this.#gone) return
    this.#gone = true
    if (this.#closed || this.#reader.held) return
    this.#events.lost()
  }

  #createDecoder(): WebSocketDecoder {
    return new WebSocketDecoder({
      data: (bytes, from, to) => this.#reader.push(bytes, from, to),
      ping: (payload) => this.out.raw(controlFrame(Opcode.pong, payload)),
      close: () => this.#lose(),
      bad: (detail, closeCode) => {
        this.#closeCode = closeCode
        this.#events.bad('malformed', `WebSocket: ${detail}`)
      },
    })
  }
}

const lingerMs = 1_000
