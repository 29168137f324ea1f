/**
 * Takes the mask of RFC 6455, section 5.3, off `from..to`, in place. The mask's lowest byte belongs to the byte at
 * `from`; returns the mask for the byte at `to`.
 */
export function unmask(bytes: Buffer, from: number, to: number, mask: number): number {
  let at = from
  let key = mask
  if (to - from >= wordwiseBytes) {
    for (; ((bytes.byteOffset + at) & 3) !== 0; at++) {
      ;(bytes[at] as number) ^= key
      key = rotated(key, 1)
    }
    at = unmaskWords(bytes, at, to, key)
  }
  const k0 = key & 255
  const k1 = (key >> 8) & 255
  const k2 = (key >> 16) & 255
  const k3 = key >>> 24
  for (const last = to - 3; at < last; at += 4) {
    ;(bytes[at] as number) ^= k0
    ;(bytes[at + 1] as number) ^= k1
    ;(bytes[at + 2] as number) ^= k2
    ;(bytes[at + 3] as number) ^= k3
  }
  if (at < to) (bytes[at++] as number) ^= k0
  if (at < to) (bytes[at++] as number) ^= k1
  if (at < to) (bytes[at] as number) ^= k2
  return rotated(mask, to - from)
}

/** Whole words from an aligned place on; returns where they end. */
function unmaskWords(bytes: Buffer, from: number, to: number, key: number): number {
  const count = (to - from) >> 2
  const words = new Int32Array(bytes.buffer, bytes.byteOffset + from, count)
  const wordKey = littleEndian ? key : swapped(key)
  for (let i = 0; i < count; i++) (words[i] as number) ^= wordKey
  return from + count * 4
}

function rotated(mask: number, bytes: number): number {
  const bits = (bytes & 3) * 8
  return bits === 0 ? mask : (mask >>> bits) | (mask << (32 - bits))
}

function swapped(mask: number): number {
  return ((mask & 255) << 24) | ((mask & 0xff00) << 8) | ((mask >>> 8) & 0xff00) | (mask >>> 24)
}

// Below, making the view costs more than it saves.
const wordwiseBytes = 512
const littleEndian = new Uint8Array(new Uint32Array([1]).buffer)[0] === 1
