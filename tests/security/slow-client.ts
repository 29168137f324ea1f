import { randomBytes } from 'node:crypto'
import net from 'node:net'

/** The attackers' address, so that what bounds an address does not concern the others of these tests. */
const attacker = '127.0.0.2'
const betweenBytesMs = 10

/** A client that sends a byte at a time. */
export class SlowClient {
  readonly #socket: net.Socket
  #received = Buffer.alloc(0)
  readonly closed: Promise<void>

  /** With `keepsOpen` it does not close its side when the server does. */
  constructor(port: number, { keepsOpen = false } = {}) {
    const allowHalfOpen = keepsOpen
    this.#socket = net.connect({ port, host: '127.0.0.1', localAddress: attacker, allowHalfOpen })
    this.#socket.setNoDelay(true)
    this.#socket.on('error', () => {})
    this.#socket.on('data', (chunk) => {
      this.#received = Buffer.concat([this.#received, chunk])
    })
    this.closed = new Promise((resolve) => this.#socket.once('close', () => resolve()))
  }

  /** All that has come so far. */
  get received(): Buffer {
    return this.#received
  }

  get isClosed(): boolean {
    return this.#socket.closed
  }

  /** Sends at once. */
  send(bytes: string | Buffer): void {
    this.#socket.write(bytes)
  }

  /** Sends the pieces one at a time, then the last ones again and again, for as long as the connection lasts. */
  async drip(
    pieces: readonly (string | Buffer)[],
    endless: readonly (string | Buffer)[] = [],
  ): Promise<void> {
    for (const piece of pieces) await this.#sendSlowly(piece)
    while (endless.length > 0 && !this.isClosed) for (const piece of endless) await this.#sendSlowly(piece)
  }

  async #sendSlowly(piece: string | Buffer): Promise<void> {
    if (this.isClosed) return
    this.#socket.write(piece)
    await new Promise((resolve) => setTimeout(resolve, betweenBytesMs))
  }

  destroy(): void {
    this.#socket.destroy()
  }
}

export const bytesOf = (text: string | Buffer): Buffer[] =>
  Array.from(Buffer.from(text), (byte) => Buffer.of(byte))

/** The head of a request that asks for MQTT over WebSocket. */
export const upgradeRequest = `GET /mqtt HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: mqtt\r\nSec-WebSocket-Key: ${randomBytes(16).toString('base64')}\r\n\r\n`

/** A frame from a client (RFC 6455, section 5.2), with a mask that changes nothing. */
export function frame(payload: Buffer, opcode: 2 | 9 = 2): Buffer {
  const { length } = payload
  const size = length < 126 ? [0x80 | length] : [0x80 | 126, length >> 8, length & 255]
  return Buffer.concat([Buffer.of(0x80 | opcode, ...size, 0, 0, 0, 0), payload])
}
