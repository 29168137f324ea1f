import { Bytes } from '../bytes/bytes.js'
import { Opcode } from './frame.js'
import { unmask } from './unmask.js'

export interface WebSocketSink {
  /** Payload bytes of a data message, unmasked in place. A frame may hold several MQTT packets, or a part of one. */
  data(bytes: Bytes, from: number, to: number): void
  ping(payload: Buffer): void
  closeFrame(): void
  /** A violation of RFC 6455, with the close code that answers it. */
  violation(detail: string, closeCode: number): void
}

/**
 * Reads client frames (RFC 6455, section 5) as the bytes come in. Payload is passed on at once and never collected, so
 * the size that a frame claims costs nothing.
 */
export class WebSocketDecoder {
  readonly #sink: WebSocketSink
  // A header is collected only when the end of a chunk cuts it in two.
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

  push(bytes: Bytes): void {
    const end = bytes.buffer.length
    let at = 0
    while (at < end && !this.#stopped) {
      if (this.#inPayload) at = this.#readPayload(bytes, at)
      else if (this.#header === null && isHeaderWhole(bytes.view, at, end)) at = this.#readFrame(bytes, at)
      else at = this.#collectHeader(bytes.buffer, at)
    }
  }

  /** Reads a frame whose header is whole; when the whole frame is one short message, in one step. */
  #readFrame(bytes: Bytes, at: number): number {
    const { view } = bytes
    const start = view.getUint16(at)
    if ((start & 0xff80) !== wholeMaskedMessage || this.#inMessage) return this.#readHeader(view, at)
    const size = start & 127
    let key = at + 2
    let length = size
    if (size === 126) {
      length = view.getUint16(key)
      key += 2
    }
    const from = key + 4
    const to = from + length
    if (size === 127 || to > view.byteLength) return this.#readHeader(view, at)
    unmask(bytes, from, to, view.getInt32(key))
    this.#sink.data(bytes, from, to)
    return to
  }

  #collectHeader(bytes: Buffer, from: number): number {
    this.#header ??= Buffer.allocUnsafe(maxHeaderBytes)
    const header = this.#header
    let at = from
    while (at < bytes.length) {
      header[this.#headerUsed++] = bytes[at++] as number
      // An error in the first two bytes is reported before the rest of the header comes.
      if (this.#headerUsed === 2 && !this.#checkStart(header[0] as number, header[1] as number)) return at
      const { view } = new Bytes(header)
      if (!isHeaderWhole(view, 0, this.#headerUsed)) continue
      this.#header = null
      this.#headerUsed = 0
      this.#readHeader(view, 0)
      return at
    }
    return at
  }

  /** Reads a whole header; returns where the payload begins. */
  #readHeader(view: DataView, at: number): number {
    const first = view.getUint8(at)
    const second = view.getUint8(at + 1)
    if (!this.#checkStart(first, second)) return at
    let key = at + 2
    let length = second & 127
    if (length === 126) {
      length = view.getUint16(key)
      key += 2
    } else if (length === 127) {
      if (view.getUint8(key) & 128) {
        this.#violation('frame length of more than 63 bits', 1002)
        return at
      }
      length = view.getUint32(key) * 2 ** 32 + view.getUint32(key + 4)
      key += 8
    }
    this.#mask = view.getInt32(key)
    this.#startPayload(first, length)
    return key + 4
  }

  #checkStart(first: number, second: number): boolean {
    const opcode = first & 15
    const final = (first & 128) !== 0
    if (first & 0x70) return this.#violation('reserved frame bits', 1002)
    if (!(second & 128)) return this.#violation('frame without a mask', 1002)
    if (opcode === Opcode.text) return this.#violation('text frame', 1003)
    if (opcode >= Opcode.close) {
      if (opcode > Opcode.pong) return this.#violation('unknown opcode', 1002)
      if (!final || (second & 127) > 125)
        return this.#violation('control frame too long or in fragments', 1002)
      return true
    }
    if (opcode !== Opcode.binary && opcode !== Opcode.continuation)
      return this.#violation('unknown opcode', 1002)
    if ((opcode === Opcode.continuation) !== this.#inMessage)
      return this.#violation('fragments out of order', 1002)
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

  #readPayload(bytes: Bytes, from: number): number {
    const to = Math.min(bytes.buffer.length, from + this.#remaining)
    this.#mask = unmask(bytes, from, to, this.#mask)
    this.#remaining -= to - from
    if (this.#control) {
      bytes.buffer.copy(this.#control, this.#controlUsed, from, to)
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

  #violation(detail: string, closeCode: number): false {
    this.#stopped = true
    this.#sink.violation(detail, closeCode)
    return false
  }
}

/** Whether the header that begins at `at` ends before `end`. */
function isHeaderWhole(view: DataView, at: number, end: number): boolean {
  if (at + leastHeaderBytes > end) return false
  const size = view.getUint8(at + 1) & 127
  return at + (size < 126 ? leastHeaderBytes : size === 126 ? 8 : maxHeaderBytes) <= end
}

// FIN, opcode 2 and the mask bit; the length is masked out.
const wholeMaskedMessage = 0x8280
const leastHeaderBytes = 6
const maxHeaderBytes = 14
