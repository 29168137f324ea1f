import { describe, expect, it } from 'vitest'
import { sparklinePath } from './sparkline'

const path = (points: [number, number][], stepped = false) =>
  sparklinePath(
    Float64Array.from(points, ([ts]) => ts),
    Float64Array.from(points, ([, value]) => value),
    stepped,
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
