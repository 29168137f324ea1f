import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type LinePart, LineThinner } from './thin'

const part = (points: [ts: number, value: number][], gapMs = 1e9): LinePart => ({
  times: Float64Array.from(points, ([ts]) => ts),
  values: Float64Array.from(points, ([, value]) => value),
  gapMs,
})

function thinLine(parts: LinePart[], bucketMs: number, thinner = new LineThinner()) {
  const { times, values, thinned } = thinner.thin(parts, bucketMs)
  return { times: Array.from(times), values: Array.from(values), thinned }
}

describe('LineThinner', () => {
  it('leaves the first, the least, the greatest and the last of each bucket, in the order of their time', () => {
    const line = thinLine(
      [
        part([
          [0, 5],
          [1, 9],
          [2, 6],
          [3, 1],
          [4, 2],
          [9, 3],
          [10, 7],
        ]),
      ],
      10,
    )
    expect(line).toEqual({ times: [0, 1, 3, 9, 10], values: [5, 9, 1, 3, 7], thinned: true })
  })

  it('leaves everything where a bucket holds no more than it shows', () => {
    expect(
      thinLine(
        [
          part([
            [0, 1],
            [4, 2],
            [11, 3],
          ]),
        ],
        10,
      ),
    ).toEqual({
      times: [0, 4, 11],
      values: [1, 2, 3],
      thinned: false,
    })
  })

  it('breaks the line where samples are missing, also between parts and within a bucket', () => {
    const line = thinLine(
      [
        part(
          [
            [0, 1],
            [100, 2],
          ],
          50,
        ),
        part(
          [
            [300, 3],
            [301, 4],
          ],
          150,
        ),
      ],
      1_000,
    )
    expect(line.values).toEqual([1, null, 2, null, 3, 4])
    expect(line.times.every((ts, index) => index === 0 || ts > (line.times[index - 1] ?? 0))).toBe(true)
  })

  it('keeps nothing of the line before, however long each is', () => {
    const thinner = new LineThinner()
    const long = part(Array.from({ length: 2_000 }, (_, ts) => [ts, ts]))
    expect(thinLine([long, part([[9_000, 1]], 5)], 0, thinner).values).toHaveLength(2_002)
    expect(thinLine([long], 0, thinner)).toEqual(thinLine([long], 0))
    expect(thinLine([part([[1, 7]])], 0, thinner)).toEqual({ times: [1], values: [7], thinned: false })
    expect(thinLine([], 0, thinner)).toEqual({ times: [], values: [], thinned: false })
  })

  it('never leaves out an extreme, never makes up a sample, and stays in order', () => {
    const samples = fc.uniqueArray(fc.tuple(fc.integer({ min: 0, max: 500 }), fc.integer()), {
      selector: ([ts]) => ts,
      minLength: 1,
    })
    fc.assert(
      fc.property(samples, fc.integer({ min: 0, max: 100 }), (unsorted, bucketMs) => {
        const sorted = unsorted.sort(([a], [b]) => a - b)
        const { times, values, thinned } = thinLine([part(sorted)], bucketMs)
        const drawn = times.map((ts, index) => [ts, values[index]])
        const known = new Map(sorted)
        expect(drawn.every(([ts, value]) => known.get(ts as number) === value)).toBe(true)
        expect(times).toEqual([...times].sort((a, b) => a - b))
        expect(Math.max(...(values as number[]))).toBe(Math.max(...known.values()))
        expect(Math.min(...(values as number[]))).toBe(Math.min(...known.values()))
        expect(drawn[0]).toEqual(sorted[0])
        expect(drawn.at(-1)).toEqual(sorted.at(-1))
        expect(thinned).toBe(drawn.length < sorted.length)
      }),
    )
  })
})
