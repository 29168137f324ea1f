import { describe, expect, it } from 'vitest'
import { sparklinePath } from './sparkline'

const path = (points: [number, number][], stepped = false, gapMs = Number.POSITIVE_INFINITY) =>
  sparklinePath(
    Float64Array.from(points, ([ts]) => ts),
    Float64Array.from(points, ([, value]) => value),
    { stepped, gapMs },
  )

describe('sparklinePath', () => {
  it('draws nothing of nothing', () => {
    expect(path([])).toBe('')
  })

  it('fills its box from the first to the last, from the lowest to the highest', () => {
    expect(
      path([
        [0, 1],
        [5, 3],
        [10, 2],
      ]),
    ).toBe('M0 26L50 2L100 14')
  })

  it('draws switches as steps', () => {
    expect(
      path(
        [
          [0, 0],
          [10, 1],
        ],
        true,
      ),
    ).toBe('M0 26H100V2')
  })

  it('is broken where nothing was sent, and has a dot for what is alone', () => {
    const points: [number, number][] = [
      [0, 0],
      [10, 1],
      [60, 1],
      [90, 0],
      [100, 1],
    ]
    expect(path(points, false, 20)).toBe('M0 26L10 2M60 2h0M90 26L100 2')
    expect(path(points, true, 20)).toBe('M0 26H10V2M60 2h0M90 26H100V2')
  })

  it('draws a single value, and one that stands still, as a line in the middle', () => {
    expect(path([[5, 7]])).toBe('M0 14L100 14')
    expect(
      path([
        [0, 7],
        [10, 7],
      ]),
    ).toBe('M0 14L100 14')
  })
})
