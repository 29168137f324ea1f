import { Bytes, copyBytes } from './bytes.js'

/** What may be held for the sake of one small message that waits for a moment: others wait in the same memory. */
export const sharedBytes = 2_048

/** Copies `from..to` to where others are kept that came at about the same time; null when it is too much for that. */
export function packTogether(source: Bytes, from: number, to: number): { bytes: Bytes; at: number } | null {
  const count = to - from
  if (count > mostBytes) return null
  if (used + count > sharedBytes) {
    slab = new Bytes(Buffer.allocUnsafeSlow(sharedBytes))
    used = 0
  }
  const at = used
  copyBytes(source, from, to, slab, at)
  used += count
  return { bytes: slab, at }
}

const mostBytes = 512
let slab = new Bytes(Buffer.alloc(0))
let used = sharedBytes
