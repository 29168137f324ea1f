import { describe, expect, it } from 'vitest'
import { gapOf } from './gaps'

const seconds = (...times: number[]) => Float64Array.from(times, (time) => time * 1_000)

describe('gapOf', () => {
  it('is four usual intervals, five seconds at least', () => {
    expect(gapOf(seconds(0, 10, 20, 31))).toBe(40_000)
    expect(gapOf(seconds(0, 1, 2, 100, 101))).toBe(5_000)
  })

  it('is longer where points stand for several samples', () => {
    expect(gapOf(seconds(0, 1, 60, 61, 120), 60_000)).toBe(240_000)
  })

  it('is endless where there is no interval yet', () => {
    expect(gapOf(seconds())).toBe(Number.POSITIVE_INFINITY)
    expect(gapOf(seconds(5))).toBe(Number.POSITIVE_INFINITY)
  })
})
