import fc from 'fast-check'
import { expect, it } from 'vitest'
import { Timetable } from './timetable.js'

it('gives each thing out once, when it is due and within two seconds, whatever was moved or removed', () => {
  const step = fc.record({
    item: fc.nat({ max: 5 }),
    inMs: fc.oneof(fc.integer({ min: -5_000, max: 20_000 }), fc.constant(Number.POSITIVE_INFINITY)),
    isRemoved: fc.boolean(),
    passedMs: fc.nat({ max: 3_000 }),
  })
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      let nowMs = 12_345
      const table = new Timetable<number>(nowMs)
      const due = new Map<number, number>()
      const check = () => {
        for (const item of table.take(nowMs, 100)) {
          expect(due.get(item)).toBeLessThanOrEqual(nowMs)
          due.delete(item)
        }
        for (const atMs of due.values()) expect(atMs).toBeGreaterThan(nowMs - 2_000)
        expect(table.size).toBe(due.size)
      }
      for (const { item, inMs, isRemoved, passedMs } of steps) {
        if (isRemoved) {
          table.delete(item)
          due.delete(item)
        } else {
          table.set(item, nowMs + inMs)
          due.delete(item)
          if (inMs !== Number.POSITIVE_INFINITY) due.set(item, Math.max(nowMs, nowMs + inMs))
        }
        nowMs += passedMs
        check()
      }
      nowMs += 30_000
      check()
      expect(table.size).toBe(0)
    }),
  )
})

it('gives out some at a time', () => {
  const table = new Timetable<number>(0)
  for (let item = 0; item < 5; item++) table.set(item, 100)
  expect(table.take(5_000, 3)).toEqual([0, 1, 2])
  table.set(9, 100)
  expect(table.take(5_000, 3)).toEqual([3, 4, 9])
})
