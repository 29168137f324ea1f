import { describe, expect, it } from 'vitest'
import { eachColumn } from './dense-line'

const scales = { xOf: (ts: number) => Math.floor(ts / 10), yOf: (value: number) => 100 - value }

function columns(
  times: number[],
  values: (number | null | undefined)[],
  range: [number, number] = [0, times.length - 1],
) {
  const painted: { x: number; top: number; bottom: number }[] = []
  eachColumn(times, values, range, scales, (x, top, bottom) => painted.push({ x, top, bottom }))
  return painted
}

describe('a dense line', () => {
  it('covers each column from its greatest to its least value', () => {
    expect(columns([0, 1, 2, 3], [10, 40, 5, 20])).toEqual([{ x: 0, top: 60, bottom: 95 }])
  })

  it('holds together: a column reaches to where the one before it ended', () => {
    expect(columns([0, 1, 10, 11], [10, 20, 50, 60])).toEqual([
      { x: 0, top: 80, bottom: 90 },
      { x: 1, top: 40, bottom: 80 },
    ])
  })

  it('is broken by null, and passes over what other lines have', () => {
    expect(columns([0, 5, 10, 12, 20], [10, null, 50, undefined, 50])).toEqual([
      { x: 0, top: 90, bottom: 90 },
      { x: 1, top: 50, bottom: 50 },
      { x: 2, top: 50, bottom: 50 },
    ])
  })

  it('takes only the points that are asked for', () => {
    expect(columns([0, 1, 2, 3], [10, 40, 5, 20], [2, 3])).toEqual([{ x: 0, top: 80, bottom: 95 }])
  })
})
