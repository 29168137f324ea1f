import type { Bytes } from '../bytes/bytes.js'

/**
 * Unmasks `from..to` in place (RFC 6455, section 5.3). The mask's highest byte belongs to the byte at `from`; returns the
 * mask that begins with the byte at `to`.
 */
export function unmask(bytes: Bytes, from: number, to: number, mask: number): number {
  if (mask === 0) return 0
  const { view } = bytes
  let at = from
  for (const last = to - 15; at < last; at += 16) {
    view.setInt32(at, view.getInt32(at) ^ mask)
    view.setInt32(at + 4, view.getInt32(at + 4) ^ mask)
    view.setInt32(at + 8, view.getInt32(at + 8) ^ mask)
    view.setInt32(at + 12, view.getInt32(at + 12) ^ mask)
  }
  for (const last = to - 3; at < last; at += 4) view.setInt32(at, view.getInt32(at) ^ mask)
  for (let shift = 24; at < to; at++, shift -= 8) view.setUint8(at, view.getUint8(at) ^ (mask >>> shift))
  return rotated(mask, to - from)
}

function rotated(mask: number, bytes: number): number {
  const bits = (bytes & 3) * 8
  return bits === 0 ? mask : (mask << bits) | (mask >>> (32 - bits))
}
