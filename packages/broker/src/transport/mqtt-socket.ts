import type { Duplex } from 'node:stream'
import { Bytes } from '../bytes/bytes.js'
import type { SharedReader } from '../fairness/client-share.js'
import type { Transport } from '../interface/types.js'
import { PacketReader, type PacketSink, PauseReason } from '../packets/packet-reader.js'
import { WebSocketDecoder, type WebSocketSink } from '../websocket/decoder.js'
import { closeFrame, controlFrame, Opcode } from '../websocket/frame.js'
import { OutgoingQueue } from './outgoing-queue.js'

export interface MqttSocketEvents extends PacketSink {
  /** The peer closed, or the connection broke. Called once, after the last packet that the peer sent. */
  lost(): void
  /** The peer took bytes that had to wait. */
  drained(): void
  received(bytes: number): void
  /** Packets that a pause had kept are passed on now. */
  resumed(): void
  /** All packets of a chunk have been passed on, or all that a pause had kept. */
  packetsDone(): void
  /** Whether the socket should not be read for now; `readMore` tells when that may have changed. */
  readonly throttled: boolean
}

/** One socket: turns received bytes into packets, and writes packets once a turn of the event loop. */
export class MqttSocket implements WebSocketSink, SharedReader {
  readonly out: OutgoingQueue
  readonly #socket: OwnedSocket
  readonly #decoder: WebSocketDecoder | null
  readonly #reader: PacketReader
  readonly #events: MqttSocketEvents
  #closeCode = 1000
  /** `peer_gone`: the peer closed or broke the connection, and its last packets may still be kept. */
  #state: 'open' | 'peer_gone' | 'closed' = 'open'
  /** Bytes written as of the last look, and when they were last seen to grow. */
  #sentBytes = 0
  #sentAtMs = 0

  constructor(socket: Duplex, transport: Transport, maxPacketBytes: number, events: MqttSocketEvents) {
    this.#socket = socket
    this.#events = events
    this.out = new OutgoingQueue(socket, transport, events)
    this.#reader = new PacketReader(maxPacketBytes, events)
    this.#decoder = transport === 'ws' ? new WebSocketDecoder(this) : null
    this.#socket[owner] = this
    socket.on('data', onData)
    socket.on('drain', onDrain)
    socket.on('end', onEnd)
    socket.on('close', onEnd)
    socket.on('error', onEnd)
  }

  /** Bytes the peer has taken so far. */
  get takenBytes(): number {
    return this.out.bytesWritten - this.#socket.writableLength
  }

  /** Received bytes of a packet that is not complete yet. */
  get partialBytes(): number {
    return this.#reader.partialBytes
  }

  push(chunk: Buffer): void {
    if (this.#state === 'closed') return
    this.#events.received(chunk.length)
    const bytes = new Bytes(chunk)
    if (this.#decoder) this.#decoder.push(bytes)
    else this.#reader.push(bytes, 0, chunk.length)
    this.#events.packetsDone()
    if (this.#isOpen() && this.#blocked) this.#socket.pause()
  }

  /** Limits the size of packets from the next on. */
  limitPackets(maxBytes: number): void {
    this.#reader.limitTo(maxBytes)
  }

  /** Passes no more packets on, until `resume`. */
  pause(): void {
    this.#reader.pause(PauseReason.connection)
  }

  resume(): void {
    this.#resume(PauseReason.connection)
  }

  pauseForTurn(): void {
    this.#reader.pause(PauseReason.turn)
  }

  resumeAfterTurn(): void {
    this.#resume(PauseReason.turn)
  }

  /** Reads the socket again, unless it is paused or throttled. */
  readMore(): void {
    if (this.#state === 'closed' || this.#blocked) return
    if (this.#state === 'peer_gone') this.#events.lost()
    else if (this.#socket.isPaused()) this.#socket.resume()
  }

  /**
   * Pings a WebSocket to which nothing was sent for `intervalMs`, as proxies close connections that look idle. A pong is
   * not asked for: a dead peer is noticed when TCP gives up on the ping. Called a few times a second.
   */
  pingWhenIdle(nowMs: number, intervalMs: number): void {
    if (this.#decoder === null || this.#state !== 'open') return
    const { bytesWritten, backlogBytes } = this.out
    if (bytesWritten !== this.#sentBytes || backlogBytes > 0) {
      this.#sentBytes = bytesWritten
      this.#sentAtMs = nowMs
    } else if (nowMs - this.#sentAtMs >= intervalMs) this.out.raw(pingFrame)
  }

  /** Stops reading for good and closes: at once, or when what is queued has been sent. */
  close(how: 'now' | 'gracefully', closeCode = this.#closeCode): void {
    if (this.#state === 'closed') return
    this.#state = 'closed'
    this.#decoder?.stop()
    this.#reader.stop()
    // A peer that has ended its side without a close frame does not wait for one.
    if (this.#decoder && !this.#socket.readableEnded) this.out.raw(closeFrame(closeCode))
    this.out.flush()
    this.out.close()
    if (how === 'now') {
      this.#socket.destroy()
      return
    }
    this.#socket.end()
    // Unread bytes of the peer would reset the connection before it has read the last packets.
    this.#socket.resume()
    const socket = this.#socket
    const timer = setTimeout(() => socket.destroy(), lingerMs)
    timer.unref()
    socket.once('close', () => clearTimeout(timer))
  }

  /** Calls back when the socket is closed. */
  onceClosed(callback: () => void): void {
    if (this.#socket.closed) callback()
    else this.#socket.once('close', callback)
  }

  /** The peer took bytes that had to wait in the socket. */
  drained(): void {
    this.#events.drained()
  }

  /** The peer closed, or says that it is closing. */
  peerGone(): void {
    if (this.#state !== 'open') return
    this.#state = 'peer_gone'
    if (!this.#reader.paused) this.#events.lost()
  }

  data(bytes: Bytes, from: number, to: number): void {
    this.#reader.push(bytes, from, to)
  }

  ping(payload: Buffer): void {
    this.out.raw(controlFrame(Opcode.pong, payload))
  }

  closeFrame(): void {
    this.peerGone()
  }

  violation(detail: string, closeCode: number): void {
    this.#closeCode = closeCode
    this.#events.invalidPacket('malformed', `WebSocket: ${detail}`)
  }

  get #blocked(): boolean {
    return this.#reader.paused || this.#events.throttled
  }

  #isOpen(): boolean {
    return this.#state !== 'closed'
  }

  #resume(reason: PauseReason): void {
    this.#events.resumed()
    this.#reader.resume(reason)
    this.#events.packetsDone()
    this.readMore()
  }
}

// All sockets share these listeners: closures for each would be a tenth of an idle connection's memory.
const owner = Symbol('owner')
type OwnedSocket = Duplex & { [owner]?: MqttSocket }

function onData(this: OwnedSocket, chunk: Buffer): void {
  this[owner]?.push(chunk)
}

function onDrain(this: OwnedSocket): void {
  this[owner]?.drained()
}

function onEnd(this: OwnedSocket): void {
  this[owner]?.peerGone()
}

const pingFrame = controlFrame(Opcode.ping, Buffer.alloc(0))
const lingerMs = 1_000
