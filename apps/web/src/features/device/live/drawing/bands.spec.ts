import { describe, expect, it } from 'vitest'
import { bandAt, bandsOf } from './bands'
import type { LinePart } from './thin'

const part = (points: [ts: number, code: number][], gapMs = 1_000): LinePart => ({
  times: Float64Array.from(points, ([ts]) => ts),
  values: Float64Array.from(points, ([, code]) => code),
  gapMs,
})
const all = { min: 0, max: 10_000 }

describe('bandsOf', () => {
  it('joins equal samples, and holds each state until the next', () => {
    expect(
      bandsOf(
        [
          part([
            [100, 1],
            [200, 1],
            [300, 0],
            [400, 1],
          ]),
        ],
        all,
        450,
        1,
      ),
    ).toEqual([
      { from: 100, to: 300, code: 1 },
      { from: 300, to: 400, code: 0 },
      { from: 400, to: 450, code: 1 },
    ])
  })

  it('claims nothing where samples are missing', () => {
    expect(
      bandsOf(
        [
          part([
            [0, 1],
            [500, 1],
            [5_000, 1],
          ]),
        ],
        all,
        9_000,
        1,
      ),
    ).toEqual([
      { from: 0, to: 500, code: 1 },
      { from: 5_000, to: 5_000, code: 1 },
    ])
  })

  it('begins before the span with what held then, and leaves out what is beyond it', () => {
    expect(
      bandsOf(
        [
          part([
            [0, 1],
            [500, 2],
            [900, 3],
            [1_500, 4],
          ]),
        ],
        { min: 600, max: 1_000 },
        9_000,
        1,
      ),
    ).toEqual([
      { from: 500, to: 900, code: 2 },
      { from: 900, to: 1_500, code: 3 },
    ])
  })

  it('draws a storm of changes as no more bands than pixels', () => {
    const storm = Array.from({ length: 1_000 }, (_, index): [number, number] => [index, index % 3])
    expect(bandsOf([part(storm)], all, 1_000, 100).length).toBeLessThanOrEqual(12)
  })

  it('tells the state at a moment', () => {
    const bands = bandsOf(
      [
        part([
          [0, 1],
          [500, 2],
        ]),
      ],
      all,
      800,
      1,
    )
    expect([bandAt(bands, 250)?.code, bandAt(bands, 700)?.code, bandAt(bands, 2_000)]).toEqual([1, 2, null])
  })
})
