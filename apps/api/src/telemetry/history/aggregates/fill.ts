import type { Fill } from '@heliograph/protocol'
import type { Point, TimeRange } from '../query/series.js'
import { type Intervals, startsOf } from './intervals.js'

/** Gives a value to each interval of the range that has none, and returns all of them in order. */
export function fillGaps(
  points: readonly Point<number | null>[],
  fill: Fill,
  { intervals, ...range }: TimeRange & { intervals: Intervals },
): Point<number | null>[] {
  if (fill === 'none') return [...points]
  const filled: Point<number | null>[] = []
  let next = 0
  for (const tsUs of startsOf(intervals, range)) {
    const point = points[next]
    if (point?.tsUs === tsUs) {
      filled.push(point)
      next++
    } else filled.push({ tsUs, value: fillValue(fill, points[next - 1], point, tsUs) })
  }
  return filled
}

type Neighbour = Point<number | null> | undefined

/** Before the first value there is no previous one, and a line needs a value at both ends. */
function fillValue(fill: Fill, before: Neighbour, after: Neighbour, tsUs: number): number | null {
  if (fill === 'zero') return 0
  if (fill === 'previous') return before?.value ?? null
  if (fill !== 'linear' || before === undefined || after === undefined) return null
  if (before.value === null || after.value === null) return null
  const share = (tsUs - before.tsUs) / (after.tsUs - before.tsUs)
  return before.value * (1 - share) + after.value * share
}
