import type { Packet } from './packet-reader.js'
import { readUtf8 } from './topic.js'

/** Reads one field after the other; -1 or null when the packet ends before the field does. */
export class Cursor {
  readonly #bytes: Buffer
  readonly #end: number
  #at: number

  private constructor(bytes: Buffer, from: number, end: number) {
    this.#bytes = bytes
    this.#at = from
    this.#end = end
  }

  static ofBody({ bytes, body, end }: Pick<Packet, 'bytes' | 'body' | 'end'>): Cursor {
    return new Cursor(bytes.buffer, body, end)
  }

  get done(): boolean {
    return this.#at === this.#end
  }

  byte(): number {
    return this.#at < this.#end ? (this.#bytes[this.#at++] ?? -1) : -1
  }

  uint16(): number {
    if (this.#at + 2 > this.#end) return -1
    const value = this.#bytes.readUInt16BE(this.#at)
    this.#at += 2
    return value
  }

  uint32(): number {
    if (this.#at + 4 > this.#end) return -1
    const value = this.#bytes.readUInt32BE(this.#at)
    this.#at += 4
    return value
  }

  /** A variable byte integer of one to four bytes, as short as possible [MQTT-1.5.5-1]. */
  varint(): number {
    let value = 0
    for (let shift = 0; shift <= 21; shift += 7) {
      const byte = this.byte()
      if (byte < 0 || (byte === 0 && shift > 0)) return -1
      value |= (byte & 127) << shift
      if (byte < 128) return value
    }
    return -1
  }

  /** A cursor over the next bytes, which this one leaves out; null when the packet ends before. */
  section(bytes: number): Cursor | null {
    if (bytes < 0 || this.#at + bytes > this.#end) return null
    this.#at += bytes
    return new Cursor(this.#bytes, this.#at - bytes, this.#at)
  }

  text(): string | null {
    const from = this.#skipField()
    return from < 0 ? null : readUtf8(this.#bytes, from, this.#at)
  }

  binary(): Buffer | null {
    const from = this.#skipField()
    return from < 0 ? null : this.#bytes.subarray(from, this.#at)
  }

  #skipField(): number {
    const length = this.uint16()
    if (length < 0 || this.#at + length > this.#end) return -1
    this.#at += length
    return this.#at - length
  }
}
