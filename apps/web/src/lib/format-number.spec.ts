import { describe, expect, it } from 'vitest'
import { formatBytes, formatCount, formatRate } from './format-number'

describe('formatCount and formatRate', () => {
  it('say as much as one can read', () => {
    expect(
      [0, 999, 1_204, 100_000, 1_234_567, 999_949_999, 999_950_000, 1_000_000_000].map(formatCount),
    ).toEqual(['0', '999', '1,204', '100,000', '1.2 M', '999.9 M', '1 billion', '1 billion'])
    expect([0, 0.42, 9.96, 12.4, 1_204.2].map(formatRate)).toEqual(['0', '0.4', '10', '12', '1,204'])
  })
})

describe('formatBytes', () => {
  it('takes the largest unit that fits', () => {
    const text = (bytes: number) => Object.values(formatBytes(bytes)).join(' ')
    expect([0, 999, 1_000, 4_230, 31_800_000, 999_600_000, 1.5e16].map(text)).toEqual([
      '0 B',
      '999 B',
      '1 kB',
      '4.2 kB',
      '32 MB',
      '1 GB',
      '15 PB',
    ])
  })
})
