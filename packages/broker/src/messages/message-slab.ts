import { Bytes, copyBytes } from '../bytes/bytes.js'

/** Size of a slab: memory that small messages share which wait for a moment. It is held as long as one of them waits. */
export const slabBytes = 2_048

/** Copies `from..to` to the slab of messages that came at about the same time; null when it is too large for that. */
export function copyToSlab(source: Bytes, from: number, to: number): { bytes: Bytes; at: number } | null {
  const count = to - from
  if (count > maxMessageBytes) return null
  if (used + count > slabBytes) {
    slab = new Bytes(Buffer.allocUnsafeSlow(slabBytes))
    used = 0
  }
  const at = used
  copyBytes(source, from, to, slab, at)
  used += count
  return { bytes: slab, at }
}

const maxMessageBytes = 512
let slab = new Bytes(Buffer.alloc(0))
let used = slabBytes
