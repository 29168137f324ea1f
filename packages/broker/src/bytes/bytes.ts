/** A buffer, and a view of the same bytes, which reads or writes four of them at once at any place. */
export class Bytes {
  readonly buffer: Buffer
  #view: DataView | null = null
  #heldBytes = -1

  constructor(buffer: Buffer) {
    this.buffer = buffer
  }

  get view(): DataView {
    this.#view ??= new DataView(this.buffer.buffer, this.buffer.byteOffset, this.buffer.length)
    return this.#view
  }

  /** Size of the memory that these bytes are a part of, and that is held as long as they are. */
  get heldBytes(): number {
    if (this.#heldBytes < 0) this.#heldBytes = this.buffer.buffer.byteLength
    return this.#heldBytes
  }
}

/** Copies `from..to` to `at`; returns where the copy ends. For a few bytes a loop is faster than `Buffer.copy`. */
export function copyBytes(source: Bytes, from: number, to: number, out: Bytes, at: number): number {
  const end = at + to - from
  if (to - from > manyBytes) source.buffer.copy(out.buffer, at, from, to)
  else copyFew(source.view, from, to, out.view, at)
  return end
}

/** Whether `from..to` equals all of `other`. */
export function equalsBytes(source: Bytes, from: number, to: number, other: Bytes): boolean {
  const count = other.buffer.length
  if (to - from !== count) return false
  const one = source.view
  const two = other.view
  let i = 0
  for (; i + 4 <= count; i += 4) if (one.getInt32(from + i) !== two.getInt32(i)) return false
  for (; i < count; i++) if (one.getUint8(from + i) !== two.getUint8(i)) return false
  return true
}

function copyFew(source: DataView, from: number, to: number, out: DataView, at: number): void {
  let read = from
  let write = at
  for (const last = to - 15; read < last; read += 16, write += 16) {
    out.setInt32(write, source.getInt32(read))
    out.setInt32(write + 4, source.getInt32(read + 4))
    out.setInt32(write + 8, source.getInt32(read + 8))
    out.setInt32(write + 12, source.getInt32(read + 12))
  }
  for (const last = to - 3; read < last; read += 4, write += 4) out.setInt32(write, source.getInt32(read))
  for (; read < to; read++, write++) out.setUint8(write, source.getUint8(read))
}

const manyBytes = 160
