import { describe, expect, it } from 'vitest'
import { check } from './check.js'
import { Columns } from './columns.js'
import { TimestampAssigner } from './timestamp-assigner.js'

const assigned = (
  timestamps: TimestampAssigner,
  deviceKey: number,
  nowMs: number,
  ...records: { ts?: number; values: Record<string, number> }[]
) => {
  const columns = new Columns()
  check({ records, exact: null }, { nowMs: 10_000, oldestMs: null }, columns)
  timestamps.assign(deviceKey, columns, nowMs)
  return columns.names.map((name, row) => [name, columns.timesUs[row]])
}

describe('TimestampAssigner', () => {
  it('gives the values of one record one time, and each record its own', () => {
    expect(
      assigned(new TimestampAssigner(), 1, 10_000, { values: { a: 1, b: 2 } }, { values: { a: 3 } }),
    ).toEqual([
      ['a', 10_000_000],
      ['b', 10_000_000],
      ['a', 10_000_001],
    ])
  })

  it('keeps the times that samples have', () => {
    expect(
      assigned(new TimestampAssigner(), 1, 10_000, { ts: 5, values: { a: 1 } }, { values: { a: 2 } }),
    ).toEqual([
      ['a', 5_000],
      ['a', 10_000_000],
    ])
  })

  it('rises strictly, message after message, also when the clock is set back', () => {
    const timestamps = new TimestampAssigner()
    const times = [10_000, 10_000, 9_000, 9_001, 10_001].map(
      (now) => assigned(timestamps, 1, now, { values: { a: 1 } })[0]?.[1],
    )
    expect(times).toEqual([10_000_000, 10_000_001, 10_000_002, 10_000_003, 10_001_000])
  })

  it('assigns the times of each device separately', () => {
    const timestamps = new TimestampAssigner()
    assigned(timestamps, 1, 10_000, { values: { a: 1 } })
    expect(assigned(timestamps, 2, 10_000, { values: { a: 1 } })).toEqual([['a', 10_000_000]])
  })
})
