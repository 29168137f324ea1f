import { Opcode } from './websocket-frame.js'

export interface WebSocketSink {
  /** Payload bytes of a data message, unmasked in place; frames and MQTT packets need not line up. */
  data(bytes: Buffer, from: number, to: number): void
  ping(payload: Buffer): void
  close(): void
  /** A breach of RFC 6455, with the close code to answer it with. */
  bad(detail: string, closeCode: number): void
}

/**
 * Reads client frames (RFC 6455, section 5) as the bytes come in: payload is handed on at once and never collected,
 * so a frame's claimed size costs nothing.
 */
export class WebSocketDecoder {
  readonly #sink: WebSocketSink
  readonly #header = Buffer.alloc(14)
  #headerUsed = 0
  #headerWanted = 2
  #remaining = 0
  #maskAt = 0
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
      at = this.#inPayload ? this.#readPayload(bytes, at) : this.#readHeader(bytes, at)
    }
  }

  #readHeader(bytes: Buffer, from: number): number {
    let at = from
    while (at < bytes.length) {
      this.#header[this.#headerUsed++] = bytes[at++] as number
      if (this.#headerUsed === 2) {
        const size = (this.#header[1] as number) & 127
        this.#headerWanted = 6 + (size === 126 ? 2 : size === 127 ? 8 : 0)
        if (!this.#checkStart()) return at
      }
      if (this.#headerUsed === this.#headerWanted) {
        this.#startPayload()
        return at
      }
    }
    return at
  }

  #checkStart(): boolean {
    const first = this.#header[0] as number
    const second = this.#header[1] as number
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
    this.#inMessage = !final
    return true
  }

  #startPayload(): void {
    const header = this.#header
    const size = (header[1] as number) & 127
    let length = size
    if (size === 126) length = header.readUInt16BE(2)
    else if (size === 127) {
      if ((header[2] as number) & 128) {
        this.#bad('frame length of more than 63 bits', 1002)
        return
      }
      length = header.readUInt32BE(2) * 2 ** 32 + header.readUInt32BE(6)
    }
    this.#remaining = length
    this.#maskAt = 0
    this.#inPayload = true
    const opcode = (header[0] as number) & 15
    if (opcode >= Opcode.close) {
      this.#control = Buffer.allocUnsafe(length)
      this.#controlUsed = 0
    }
    if (length === 0) this.#endPayload()
  }

  #readPayload(bytes: Buffer, from: number): number {
    const to = Math.min(bytes.length, from + this.#remaining)
    this.#unmask(bytes, from, to)
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

  #unmask(bytes: Buffer, from: number, to: number): void {
    const key = this.#headerWanted - 4
    const phase = this.#maskAt
    const k0 = this.#header[key + (phase & 3)] as number
    const k1 = this.#header[key + ((phase + 1) & 3)] as number
    const k2 = this.#header[key + ((phase + 2) & 3)] as number
    const k3 = this.#header[key + ((phase + 3) & 3)] as number
    this.#maskAt = (phase + to - from) & 3
    let i = from
    for (const last = to - 3; i < last; i += 4) {
      ;(bytes[i] as number) ^= k0
      ;(bytes[i + 1] as number) ^= k1
      ;(bytes[i + 2] as number) ^= k2
      ;(bytes[i + 3] as number) ^= k3
    }
    if (i < to) (bytes[i++] as number) ^= k0
    if (i < to) (bytes[i++] as number) ^= k1
    if (i < to) (bytes[i] as number) ^= k2
  }

  #endPayload(): void {
    this.#inPayload = false
    this.#headerUsed = 0
    this.#headerWanted = 2
    const control = this.#control
    if (!control) return
    this.#control = null
    const opcode = (this.#header[0] as number) & 15
    if (opcode === Opcode.ping) this.#sink.ping(control)
    else if (opcode === Opcode.close) {
      this.#stopped = true
      this.#sink.close()
    }
  }

  #bad(detail: string, closeCode: number): false {
    this.#stopped = true
    this.#sink.bad(detail, closeCode)
    return false
  }
}
