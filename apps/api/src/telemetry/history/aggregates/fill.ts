import type { Fill } from '@heliograph/protocol'
import type { Point } from '../query/series.js'
import { type Intervals, startOf } from './intervals.js'

/** The intervals of the range that have no value, given one; those that have, in their order. */
export function fillGaps(
  points: readonly Point<number | null>[],
  fill: Fill,
  intervals: Intervals,
  fromUs: number,
  toUs: number,
): Point<number | null>[] {
  if (fill === 'none') return [...points]
  const filled: Point<number | null>[] = []
  let next = 0
  for (let tsUs = startOf(intervals, fromUs); tsUs < toUs; tsUs += intervals.lengthUs) {
    const point = points[next]
    if (point?.tsUs === tsUs) {
      filled.push(point)
      next++
    } else filled.push({ tsUs, value: stand(fill, points[next - 1], point, tsUs) })
  }
  return filled
}

type Neighbour = Point<number | null> | undefined

/** Before the first value there is nothing to go on with, and behind the last no line to draw. */
function stand(fill: Fill, before: Neighbour, after: Neighbour, tsUs: number): number | null {
  if (fill === 'zero') return 0
  if (fill === 'previous') return before?.value ?? null
  if (fill !== 'linear' || before === undefined || after === undefined) return null
  if (before.value === null || after.value === null) return null
  const share = (tsUs - before.tsUs) / (after.tsUs - before.tsUs)
  return before.value * (1 - share) + after.value * share
}
