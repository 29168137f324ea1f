import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { thinStates } from './thin-states.js'

const at = (value: string | boolean, tsUs: number) => ({ tsUs, value })

describe('thinStates', () => {
  it('keeps the first, each change and the last', () => {
    const all = [true, true, false, false, true, true].map(at)
    expect(thinStates(all, 10)).toEqual({
      points: [at(true, 0), at(false, 2), at(true, 4), at(true, 5)],
      changesLost: false,
    })
  })

  it('knows the same JSON from another', () => {
    const all = [{ a: [1] }, { a: [1] }, { a: [2] }, null].map((value, tsUs) => ({ tsUs, value }))
    expect(thinStates(all, 10).points.map(({ tsUs }) => tsUs)).toEqual([0, 2, 3])
  })

  it('keeps the last of each part when the changes are too many, and says so', () => {
    const all = Array.from({ length: 1_001 }, (_, n) => at(`s${n}`, n))
    const { points, changesLost } = thinStates(all, 11)
    expect(changesLost).toBe(true)
    expect(points.map(({ tsUs }) => tsUs)).toEqual([0, 99, 199, 299, 399, 499, 599, 699, 799, 899, 1_000])
  })

  it('never gives more than asked, and always both ends', () => {
    const states = fc.array(fc.constantFrom('a', 'b', 'c'), { minLength: 1, maxLength: 200 })
    fc.assert(
      fc.property(states, fc.integer({ min: 2, max: 20 }), (values, count) => {
        const all = values.map(at)
        const { points } = thinStates(all, count)
        expect(points.length).toBeLessThanOrEqual(count)
        expect(points[0]).toEqual(all[0])
        expect(points.at(-1)).toEqual(all.at(-1))
      }),
    )
  })
})
