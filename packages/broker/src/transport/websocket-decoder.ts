import { unmask } from './unmask.js'
import { Opcode } from './websocket-frame.js'

export interface WebSocketSink {
  /** Payload bytes of a data message, unmasked in place; frames and MQTT packets need not line up. */
  data(bytes: Buffer, from: number, to: number): void
  ping(payload: Buffer): void
  closeFrame(): void
  /** A breach of RFC 6455, with the close code to answer it with. */
  breach(detail: string, closeCode: number): void
}

/**
 * Reads client frames (RFC 6455, section 5) as the bytes come in: payload is handed on at once and never collected,
 * so a frame's claimed size costs nothing.
 */
export class WebSocketDecoder {
  readonly #sink: WebSocketSink
  // Only a header that the end of a chunk cut in two is collected.
  #header: Buffer | null = null
  #headerUsed = 0
  #opcode = 0
  #remaining = 0
  #mask = 0
  #inPayload = false
  #control: Buffer | null = null
  #controlUsed = 0
  #inMessage = false
  #stopped = false

  constructor(sink: WebSocketSink) {
    this.#sink = sink
  }

  stop(): void {
    this.#stopped = true
  }

  push(bytes: Buffer): void {
    let at = 0
    while (at < bytes.length && !this.#stopped) {
      if (this.#inPayload) at = this.#readPayload(bytes, at)
      else if (this.#header === null && isHeaderWhole(bytes, at)) at = this.#readHeader(bytes, at)
      else at = this.#collectHeader(bytes, at)
    }
  }

  #collectHeader(bytes: Buffer, from: number): number {
    this.#header ??= Buffer.allocUnsafe(maxHeaderBytes)
    const header = this.#header
    let at = from
    while (at < bytes.length) {
      header[this.#headerUsed++] = bytes[at++] as number
      // What is wrong already in the first two bytes is not waited for.
      if (this.#headerUsed === 2 && !this.#checkStart(header[0] as number, header[1] as number)) return at
      if (!isHeaderWhole(header.subarray(0, this.#headerUsed), 0)) continue
      this.#header = null
      this.#headerUsed = 0
      this.#readHeader(header, 0)
      return at
    }
    return at
  }

  /** Takes a whole header; returns where the payload begins. */
  #readHeader(bytes: Buffer, at: number): number {
    const first = bytes[at] as number
    const second = bytes[at + 1] as number
    if (!this.#checkStart(first, second)) return at
    let key = at + 2
    let length = second & 127
    if (length === 126) {
      length = ((bytes[key] as number) << 8) | (bytes[key + 1] as number)
      key += 2
    } else if (length === 127) {
      if ((bytes[key] as number) & 128) {
        this.#bad('frame length of more than 63 bits', 1002)
        return at
      }
      length = bytes.readUInt32BE(key) * 2 ** 32 + bytes.readUInt32BE(key + 4)
      key += 8
    }
    this.#mask =
      (bytes[key] as number) |
      ((bytes[key + 1] as number) << 8) |
      ((bytes[key + 2] as number) << 16) |
      ((bytes[key + 3] as number) << 24)
    this.#startPayload(first, length)
    return key + 4
  }

  #checkStart(first: number, second: number): boolean {
    const opcode = first & 15
    const final = (first & 128) !== 0
    if (first & 0x70) return this.#bad('reserved frame bits', 1002)
    if (!(second & 128)) return this.#bad('frame without a mask', 1002)
    if (opcode === Opcode.text) return this.#bad('text frame', 1003)
    if (opcode >= Opcode.close) {
      if (opcode > Opcode.pong) return this.#bad('unknown opcode', 1002)
      if (!final || (second & 127) > 125) return this.#bad('control frame too long or in fragments', 1002)
      return true
    }
    if (opcode !== Opcode.binary && opcode !== Opcode.continuation) return this.#bad('unknown opcode', 1002)
    if ((opcode === Opcode.continuation) !== this.#inMessage) return this.#bad('fragments out of order', 1002)
    return true
  }

  #startPayload(first: number, length: number): void {
    this.#opcode = first & 15
    this.#remaining = length
    this.#inPayload = true
    if (this.#opcode >= Opcode.close) {
      this.#control = Buffer.allocUnsafe(length)
      this.#controlUsed = 0
    } else this.#inMessage = (first & 128) === 0
    if (length === 0) this.#endPayload()
  }

  #readPayload(bytes: Buffer, from: number): number {
    const to = Math.min(bytes.length, from + this.#remaining)
    this.#mask = unmask(bytes, from, to, this.#mask)
    this.#remaining -= to - from
    if (this.#control) {
      bytes.copy(this.#control, this.#controlUsed, from, to)
      this.#controlUsed += to - from
      if (this.#remaining === 0) this.#endPayload()
    } else {
      if (this.#remaining === 0) this.#endPayload()
      this.#sink.data(bytes, from, to)
    }
    return to
  }

  #endPayload(): void {
    this.#inPayload = false
    const control = this.#control
    if (!control) return
    this.#control = null
    if (this.#opcode === Opcode.ping) this.#sink.ping(control)
    else if (this.#opcode === Opcode.close) {
      this.#stopped = true
      this.#sink.closeFrame()
    }
  }

  #bad(detail: string, closeCode: number): false {
    this.#stopped = true
    this.#sink.breach(detail, closeCode)
    return false
  }
}

/** Whether the header that begins at `at` ends in these bytes too. */
function isHeaderWhole(bytes: Buffer, at: number): boolean {
  const size = (bytes[at + 1] ?? 0) & 127
  return at + (size < 126 ? 6 : size === 126 ? 8 : maxHeaderBytes) <= bytes.length
}

const maxHeaderBytes = 14
