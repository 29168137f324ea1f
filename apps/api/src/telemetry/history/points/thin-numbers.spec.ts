import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Point } from '../query/series.js'
import { extremeParts, thinNumbers } from './thin-numbers.js'

const points = fc
  .uniqueArray(fc.integer({ min: 0, max: 2 ** 50 }), { minLength: 1, maxLength: 400 })
  .chain((times) =>
    fc
      .array(fc.double({ noNaN: true, noDefaultInfinity: true }), {
        minLength: times.length,
        maxLength: times.length,
      })
      .map((values) =>
        times.sort((a, b) => a - b).map((tsUs, index) => ({ tsUs, value: values[index] ?? 0 })),
      ),
  )

/** Told by comparing with the boundaries of each part, not by the division that the code makes. */
function inPart(all: readonly Point<number>[], part: number, parts: number): Point<number>[] {
  const [first, last] = [all[0]?.tsUs ?? 0, all.at(-1)?.tsUs ?? 0]
  const share = (tsUs: number) => (last === first ? 0 : (tsUs - first) / (last - first))
  return all.filter(
    ({ tsUs }) => share(tsUs) * parts >= part && (share(tsUs) * parts < part + 1 || part === parts - 1),
  )
}

describe('thinNumbers', () => {
  it('keeps the first, the last, and the least and the greatest of each part, within the count', () => {
    fc.assert(
      fc.property(points, fc.integer({ min: 4, max: 60 }), (all, count) => {
        const thinned = thinNumbers(all, count)
        expect(thinned.length).toBeLessThanOrEqual(count)
        expect(thinned[0]).toEqual(all[0])
        expect(thinned.at(-1)).toEqual(all.at(-1))
        const values = (some: readonly Point<number>[]) => some.map(({ value }) => value)
        const parts = extremeParts(count)
        expect(parts).toBeGreaterThan(0)
        for (let part = 0; part < parts; part++) {
          const [before, after] = [inPart(all, part, parts), inPart(thinned, part, parts)].map(values)
          if (before === undefined || after === undefined || before.length === 0) continue
          expect(Math.min(...after) === Math.min(...before)).toBe(true)
          expect(Math.max(...after) === Math.max(...before)).toBe(true)
        }
      }),
    )
  })

  it('gives points that were there, in their order, each once; all of them when they are few', () => {
    fc.assert(
      fc.property(points, fc.integer({ min: 2, max: 60 }), (all, count) => {
        const thinned = thinNumbers(all, count)
        expect(thinned.length).toBeLessThanOrEqual(count)
        expect(all.filter((point) => thinned.includes(point))).toEqual(thinned)
        if (all.length <= count) expect(thinned).toEqual(all)
      }),
    )
  })

  it('spends what is left on what shapes the line, not on what is flat', () => {
    const all = Array.from({ length: 10_000 }, (_, n) => ({
      tsUs: n,
      value: n < 5_000 ? 0 : Math.sin(n / 50),
    }))
    const thinned = thinNumbers(all, 200)
    expect(thinned.length).toBeGreaterThan(150)
    // A line through the points that are left is close to all that are not.
    let worst = 0
    let at = 0
    for (const { tsUs, value } of all) {
      while ((thinned[at + 1]?.tsUs ?? Number.POSITIVE_INFINITY) <= tsUs) at++
      const [a, b] = [thinned[at], thinned[at + 1]]
      if (a === undefined || b === undefined) continue
      const line = a.value + ((b.value - a.value) * (tsUs - a.tsUs)) / (b.tsUs - a.tsUs)
      worst = Math.max(worst, Math.abs(line - value))
    }
    expect(worst).toBeLessThan(0.7)
  })
})
