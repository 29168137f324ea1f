import { describe, expect, it } from 'vitest'
import { drawableFrom, gapOf } from './gaps'

const seconds = (...times: number[]) => Float64Array.from(times, (time) => time * 1_000)

describe('gapOf', () => {
  it('is four usual intervals, five seconds at least', () => {
    expect(gapOf(seconds(0, 10, 20, 31))).toBe(40_000)
    expect(gapOf(seconds(0, 1, 2, 100, 101))).toBe(5_000)
  })

  it('is endless where there is no interval yet', () => {
    expect(gapOf(seconds())).toBe(Number.POSITIVE_INFINITY)
    expect(gapOf(seconds(5))).toBe(Number.POSITIVE_INFINITY)
  })
})

describe('drawableFrom', () => {
  const times = seconds(0, 1, 2, 3, 20, 21)
  const values = Float64Array.from([1, 2, 3, 4, 5, 6])

  it('breaks the line where samples are missing', () => {
    expect(drawableFrom(times, values, 0)).toEqual([
      [0, 1_000, 2_000, 3_000, 3_001, 20_000, 21_000],
      [1, 2, 3, 4, null, 5, 6],
    ])
  })

  it('begins one point before the part that is shown', () => {
    expect(drawableFrom(times, values, 2)[0][0]).toBe(1_000)
    expect(drawableFrom(times, values, 5).map((part) => [...part])).toEqual([
      [20_000, 21_000],
      [5, 6],
    ])
  })
})
