import { describe, expect, it } from 'vitest'
import { check } from './check.js'
import { Stamper } from './stamper.js'

const records = (...values: { ts?: number; values: Record<string, number> }[]) => check(values, 10_000)

describe('Stamper', () => {
  it('gives the values of one record one time, and each record its own', () => {
    const samples = new Stamper().stamp(1, records({ values: { a: 1, b: 2 } }, { values: { a: 3 } }), 10_000)
    expect(samples.map(({ key, tsUs }) => [key, tsUs])).toEqual([
      ['a', 10_000_000],
      ['b', 10_000_000],
      ['a', 10_000_001],
    ])
  })

  it('keeps the times that samples brought', () => {
    const samples = new Stamper().stamp(1, records({ ts: 5, values: { a: 1 } }, { values: { a: 2 } }), 10_000)
    expect(samples.map(({ tsUs }) => tsUs)).toEqual([5_000, 10_000_000])
  })

  it('rises strictly, message after message, also when the clock goes back', () => {
    const stamper = new Stamper()
    const times = [10_000, 10_000, 9_000, 9_001, 10_001].map(
      (now) => stamper.stamp(1, records({ values: { a: 1 } }), now)[0]?.tsUs,
    )
    expect(times).toEqual([10_000_000, 10_000_001, 10_000_002, 10_000_003, 10_001_000])
  })

  it('stamps each device by itself', () => {
    const stamper = new Stamper()
    stamper.stamp(1, records({ values: { a: 1 } }), 10_000)
    expect(stamper.stamp(2, records({ values: { a: 1 } }), 10_000)[0]?.tsUs).toBe(10_000_000)
  })
})
