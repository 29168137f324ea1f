import { Bytes, copyBytes } from './bytes.js'

/**
 * Copies `from..to` to where others are kept that came at about the same time; null when it is too much for that. So
 * a small message that waits for a moment costs no memory of its own, and one that waits for long holds little.
 */
export function packTogether(source: Bytes, from: number, to: number): { bytes: Bytes; at: number } | null {
  const count = to - from
  if (count > mostBytes) return null
  if (used + count > slabBytes) {
    slab = new Bytes(Buffer.allocUnsafeSlow(slabBytes))
    used = 0
  }
  const at = used
  copyBytes(source, from, to, slab, at)
  used += count
  return { bytes: slab, at }
}

const slabBytes = 2_048
const mostBytes = 512
let slab = new Bytes(Buffer.alloc(0))
let used = slabBytes
