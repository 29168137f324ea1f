import { describe, expect, it } from 'vitest'
import { Ring } from './ring'

describe('Ring', () => {
  it('keeps the last ones, the newest first, and counts all', () => {
    const ring = new Ring<number>(3)
    expect(ring.newestFirst()).toEqual([])
    for (let item = 1; item <= 20; item += 1) {
      ring.add(item)
      expect(ring.newestFirst()).toEqual([item, item - 1, item - 2].filter((other) => other > 0))
    }
    expect(ring.count).toBe(20)
  })
})
