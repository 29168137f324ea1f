import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { assertRoomFor, describeBytes } from './disk.mjs'

const mebibyte = 1024 * 1024

describe('describeBytes', () => {
  it.each([
    [0.5 * mebibyte, '0.5 MB'],
    [840.4 * mebibyte, '840 MB'],
    [12.3 * 1024 * mebibyte, '12.3 GB'],
  ])('writes %d bytes as %s', (bytes, text) => {
    expect(describeBytes(bytes)).toBe(text)
  })
})

describe('assertRoomFor', () => {
  const missing = path.join(import.meta.dirname, 'no', 'such', 'directory')

  it('looks at the disk of the nearest existing directory', () => {
    assertRoomFor(missing, 1, 'the backup')
  })

  it('says how much is free and how much is needed', () => {
    expect(() => assertRoomFor(missing, Number.MAX_SAFE_INTEGER, 'the backup')).toThrow(
      /[\d.]+ [MG]B are free, the backup takes [\d.]+ GB/,
    )
  })
})
