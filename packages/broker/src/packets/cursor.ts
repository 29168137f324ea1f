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

  static ofBody({ bytes, body, end }: Packet): Cursor {
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

  /** False when the packet ends before. */
  skip(bytes: number): boolean {
    if (this.#at + bytes > this.#end) return false
    this.#at += bytes
    return true
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
