import net from 'node:net'
import { ServerFrames } from '../wire/frames.mjs'
import { ServerPackets } from '../wire/server-packets.mjs'

/** @typedef {'tcp' | 'ws'} TransportName */
/** @typedef {{ tcpPort: number, wsPort: number }} Endpoint */

/**
 * @typedef {object} LinkEvents
 * @property {(packet: import('../wire/server-packets.mjs').ServerPacket) => void} onPacket
 * @property {(opcode: number) => void} onControl a WebSocket control frame
 * @property {() => void} onChange something arrived, or the link closed
 * @property {(error: Error) => void} onProtocolError the broker broke the protocol
 * @property {() => import('../wire/server-packets.mjs').ClientTerms} terms by which its packets are read
 */

/** A socket to the broker whose answers are read strictly, and on which anything can be written. */
export class Link {
  closed = false
  /** A WebSocket is open, or was refused, when this is no longer 0. */
  status = 0
  bytesReceived = 0
  #socket
  #events
  #packets
  #frames
  #head = Buffer.alloc(0)

  /**
   * @param {TransportName} transport
   * @param {Endpoint} endpoint
   * @param {LinkEvents} events
   * @param {string} [handshake] replaces the HTTP request that opens a WebSocket
   */
  constructor(transport, endpoint, events, handshake = defaultHandshake) {
    this.#events = events
    this.#packets = new ServerPackets(events.onPacket, events.terms)
    this.#frames = new ServerFrames((data) => this.#packets.push(data), events.onControl)
    const port = transport === 'ws' ? endpoint.wsPort : endpoint.tcpPort
    this.#socket = net.connect({ port, host: '127.0.0.1', noDelay: true })
    this.#socket.on('error', () => undefined)
    this.#socket.on('data', (chunk) => this.#receive(chunk, transport))
    this.#socket.on('close', () => {
      this.closed = true
      this.#events.onChange()
    })
    if (transport === 'ws') this.#socket.write(handshake, 'latin1')
    else this.status = 101
  }

  /** @param {Buffer} bytes */
  write(bytes) {
    if (!this.#socket.destroyed && this.#socket.writable) this.#socket.write(bytes)
  }

  pause() {
    this.#socket.pause()
  }

  resume() {
    this.#socket.resume()
  }

  /** Ends this side in the orderly way. */
  end() {
    this.#socket.end()
  }

  /** Ends it at once, like a network that fails. */
  drop() {
    this.#socket.resetAndDestroy()
  }

  /**
   * @param {Buffer} chunk
   * @param {TransportName} transport
   */
  #receive(chunk, transport) {
    this.bytesReceived += chunk.length
    try {
      if (transport === 'tcp') this.#packets.push(chunk)
      else if (this.status === 101) this.#frames.push(chunk)
      else if (this.status === 0) this.#readAnswer(chunk)
    } catch (error) {
      this.#events.onProtocolError(/** @type {Error} */ (error))
    }
    this.#events.onChange()
  }

  /** @param {Buffer} chunk */
  #readAnswer(chunk) {
    this.#head = Buffer.concat([this.#head, chunk])
    const end = this.#head.indexOf('\r\n\r\n')
    if (end < 0) return
    const head = this.#head.subarray(0, end).toString('latin1')
    this.status = Number(head.split(' ')[1]) || 1
    if (this.status !== 101) return
    if (!/^sec-websocket-protocol: mqtt(v3\.1)?$/im.test(head)) throw new Error('101 without a subprotocol')
    this.#frames.push(this.#head.subarray(end + 4))
  }
}

/**
 * The HTTP request that opens a WebSocket; null leaves a header out.
 * @param {Record<string, string | null>} changes
 */
export function handshake(changes = {}) {
  const headers = {
    Host: '127.0.0.1',
    Upgrade: 'websocket',
    Connection: 'Upgrade',
    'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==',
    'Sec-WebSocket-Version': '13',
    'Sec-WebSocket-Protocol': 'mqtt',
    ...changes,
  }
  const lines = Object.entries(headers).map(([name, value]) =>
    value === null ? '' : `${name}: ${value}\r\n`,
  )
  return `GET /mqtt HTTP/1.1\r\n${lines.join('')}\r\n`
}

const defaultHandshake = handshake()
