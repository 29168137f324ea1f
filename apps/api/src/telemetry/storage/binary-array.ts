const oid = { int4: 23, int8: 20, float8: 701, jsonb: 3802 } as const
const headerBytes = 20
const twoTo32 = 4_294_967_296

/**
 * An array in PostgreSQL's binary format (array_recv): dimensions, flags, element type, length, lower bound, then each
 * element with its length. It spares printing and parsing digits, which is most of the work with the text format.
 */
export class BinaryArray {
  #buffer: Buffer
  #view: DataView
  #end = headerBytes
  #count = 0

  constructor(
    private readonly type: keyof typeof oid,
    capacity: number,
  ) {
    this.#buffer = Buffer.allocUnsafeSlow(headerBytes + capacity * 12)
    this.#view = viewOf(this.#buffer)
  }

  int4(value: number): void {
    const at = this.#next(4)
    this.#view.setInt32(at, value)
  }

  /** An integer within ±2^53. */
  int8(value: number): void {
    const at = this.#next(8)
    const high = Math.floor(value / twoTo32)
    this.#view.setInt32(at, high)
    this.#view.setUint32(at + 4, value - high * twoTo32)
  }

  float8(value: number): void {
    const at = this.#next(8)
    this.#view.setFloat64(at, value)
  }

  json(text: string): void {
    const bytes = Buffer.byteLength(text)
    const at = this.#next(bytes + 1)
    // The version of jsonb's binary form.
    this.#buffer[at] = 1
    this.#buffer.write(text, at + 1)
  }

  null(): void {
    this.#next(0)
    this.#view.setInt32(this.#end - 4, -1)
  }

  /** The parameter, ready to be sent. */
  finish(): Buffer {
    const empty = this.#count === 0
    this.#view.setInt32(0, empty ? 0 : 1)
    this.#view.setInt32(4, 1)
    this.#view.setInt32(8, oid[this.type])
    this.#view.setInt32(12, this.#count)
    this.#view.setInt32(16, 1)
    return this.#buffer.subarray(0, empty ? 12 : this.#end)
  }

  /** Begins an element of so many bytes; returns the offset of the first. */
  #next(bytes: number): number {
    const start = this.#end
    const end = start + 4 + bytes
    if (end > this.#buffer.length) this.#grow(end)
    this.#view.setInt32(start, bytes)
    this.#end = end
    this.#count += 1
    return start + 4
  }

  #grow(needed: number): void {
    const larger = Buffer.allocUnsafeSlow(Math.max(needed, this.#buffer.length * 2))
    this.#buffer.copy(larger)
    this.#buffer = larger
    this.#view = viewOf(larger)
  }
}

function viewOf(buffer: Buffer): DataView {
  return new DataView(buffer.buffer, buffer.byteOffset, buffer.length)
}
