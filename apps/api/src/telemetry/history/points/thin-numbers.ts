import type { Point } from '../query/series.js'

/**
 * Chooses at most `count` (2 or more) points, ascending by time: the first and the last; the minimum and the maximum of
 * each of `extremeParts(count)` equal parts of the time between, so that no spike disappears; and for the rest those that
 * shape the line most, by Largest-Triangle-Three-Buckets.
 *
 * LTTB: S. Steinarsson, "Downsampling Time Series for Visual Representation", University of Iceland, 2013. With minima and
 * maxima chosen before: J. Van Der Donckt et al., "MinMaxLTTB", IEEE VIS 2023; there they are candidates, here they stay.
 */
export function thinNumbers(points: readonly Point<number>[], count: number): Point<number>[] {
  if (points.length <= count) return [...points]
  const parts = extremeParts(count)
  const kept = new Set([0, points.length - 1])
  markExtremes(points, parts, kept)
  markLargestTriangles(points, count - 2 - 2 * parts, kept)
  return points.filter((_, index) => kept.has(index))
}

/** How many parts keep their extremes, which takes half of the points; none of fewer than four points. */
export function extremeParts(count: number): number {
  return count < 4 ? 0 : Math.max(1, Math.floor((count - 2) / 4))
}

/** Which of `parts` equal parts of the time between the first and the last a time lies in. */
export function partOf(tsUs: number, firstUs: number, lastUs: number, parts: number): number {
  if (lastUs <= firstUs) return 0
  return Math.min(parts - 1, Math.floor(((tsUs - firstUs) / (lastUs - firstUs)) * parts))
}

function markExtremes(points: readonly Point<number>[], parts: number, kept: Set<number>): void {
  if (parts === 0) return
  const first = points[0]?.tsUs ?? 0
  const last = points.at(-1)?.tsUs ?? 0
  const extremes: ({ least: number; greatest: number } | undefined)[] = []
  points.forEach(({ tsUs, value }, index) => {
    const part = partOf(tsUs, first, last, parts)
    const known = extremes[part]
    if (known === undefined) {
      extremes[part] = { least: index, greatest: index }
      return
    }
    if (value < (points[known.least]?.value ?? value)) known.least = index
    if (value > (points[known.greatest]?.value ?? value)) known.greatest = index
  })
  for (const known of extremes) if (known !== undefined) kept.add(known.least).add(known.greatest)
}

/** Keeps one point of each bucket: the one with the largest triangle to the point before and the mean of the next bucket. */
function markLargestTriangles(points: readonly Point<number>[], buckets: number, kept: Set<number>): void {
  const inner = points.length - 2
  const boundary = (bucket: number) => 1 + Math.floor((bucket * inner) / buckets)
  let before = points[0]
  for (let bucket = 0; bucket < buckets && before !== undefined; bucket++) {
    const next = meanOf(points, boundary(bucket + 1), Math.min(points.length, boundary(bucket + 2)))
    let chosen = -1
    let largest = -1
    for (let index = boundary(bucket); index < boundary(bucket + 1); index++) {
      const point = points[index]
      const area = point === undefined ? -1 : triangle(before, point, next)
      if (area > largest) [largest, chosen] = [area, index]
    }
    if (chosen === -1) continue
    kept.add(chosen)
    before = points[chosen]
  }
}

function meanOf(points: readonly Point<number>[], from: number, to: number): Point<number> {
  let [tsUs, value] = [0, 0]
  const length = to - from
  for (let index = from; index < to; index++) {
    const point = points[index]
    // Divided before it is added, so that the sum stays in range.
    tsUs += (point?.tsUs ?? 0) / length
    value += (point?.value ?? 0) / length
  }
  return { tsUs, value }
}

/** Twice the area; infinite where the values are so far apart that it exceeds the range of a double. */
function triangle(a: Point<number>, b: Point<number>, c: Point<number>): number {
  const area = Math.abs((a.tsUs - c.tsUs) * (b.value - a.value) - (a.tsUs - b.tsUs) * (c.value - a.value))
  return Number.isNaN(area) ? Number.POSITIVE_INFINITY : area
}
