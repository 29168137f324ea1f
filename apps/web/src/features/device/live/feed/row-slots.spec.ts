import { describe, expect, it } from 'vitest'
import { RowSlots } from './row-slots'

describe('RowSlots', () => {
  it('gives a new message the row of the one that is gone, and leaves all others where they are', () => {
    const slots = new RowSlots()
    expect(slots.assign([3, 2, 1])).toEqual([0, 1, 2])
    expect(slots.assign([4, 3, 2])).toEqual([2, 0, 1])
    expect(slots.assign([6, 5, 4])).toEqual([0, 1, 2])
  })

  it('adds rows when more are shown', () => {
    const slots = new RowSlots()
    expect(slots.assign([2, 1])).toEqual([0, 1])
    expect(slots.assign([4, 3, 2, 1])).toEqual([2, 3, 0, 1])
    expect(slots.assign([1])).toEqual([1])
    expect(slots.assign([9, 1, 8])).toEqual([0, 1, 2])
  })

  it('never gives one row to two', () => {
    const slots = new RowSlots()
    for (let newest = 20; newest < 500; newest += newest % 7) {
      const rows = slots.assign(Array.from({ length: 20 }, (_, index) => newest - index))
      expect(new Set(rows).size).toBe(20)
      expect(Math.max(...rows)).toBe(19)
    }
  })
})
