import { describe, expect, it } from 'vitest'
import { Bytes } from '../bytes/bytes.js'
import { unmask } from './unmask.js'

const key = [0x12, 0x9a, 0xf3, 0x80]
const mask = (0x12 << 24) | (0x9a << 16) | (0xf3 << 8) | 0x80

function pattern(size: number): Buffer {
  return Buffer.from(Array.from({ length: size }, (_, i) => (i * 7 + (i >> 8)) & 255))
}

function expected(plain: Buffer): Buffer {
  return Buffer.from(plain.map((byte, i) => byte ^ (key[i & 3] ?? 0)))
}

describe('unmask', () => {
  it('takes the mask off any length at any place, and off nothing beside it', () => {
    for (const size of [0, 1, 2, 3, 4, 5, 77, 510, 511, 512, 513, 514, 515, 516, 4_099]) {
      for (let from = 0; from < 5; from++) {
        const bytes = Buffer.alloc(size + 10, 0xee)
        pattern(size).copy(bytes, from)
        unmask(new Bytes(bytes), from, from + size, mask)
        expect(bytes.subarray(from, from + size).equals(expected(pattern(size)))).toBe(true)
        expect(bytes.subarray(0, from).every((byte) => byte === 0xee)).toBe(true)
        expect(bytes.subarray(from + size).every((byte) => byte === 0xee)).toBe(true)
      }
    }
  })

  it('works in a buffer that does not begin at a word', () => {
    for (let offset = 0; offset < 5; offset++) {
      const bytes = Buffer.from(new ArrayBuffer(3_000), offset, 2_500)
      pattern(2_500).copy(bytes)
      unmask(new Bytes(bytes), 0, 2_500, mask)
      expect(bytes.equals(expected(pattern(2_500)))).toBe(true)
    }
  })

  it('goes on where it stopped, however often', () => {
    for (const step of [1, 2, 3, 5, 511, 513, 700]) {
      const bytes = pattern(3_001)
      let next = mask
      for (let at = 0; at < bytes.length; at += step) {
        next = unmask(new Bytes(bytes), at, Math.min(at + step, bytes.length), next)
      }
      expect(bytes.equals(expected(pattern(3_001)))).toBe(true)
    }
  })
})
