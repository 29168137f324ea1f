import { indexAt } from './index-at'
import type { Span } from './span'

/** Samples in the order of their time (epoch milliseconds), as two arrays of one length. */
export interface Points {
  times: Float64Array
  values: Float64Array
}

/** The source of points: stored samples, or aggregates of a minute or an hour. */
export type Resolution = 'raw' | 'minute' | 'hour'

/** The points from `min` on and before `max`: a view, not a copy. */
export function clipped({ times, values }: Points, { min, max }: Span): Points {
  const [from, to] = [indexAt(times, min), indexAt(times, max)]
  return { times: times.subarray(from, to), values: values.subarray(from, to) }
}

/** Points of several parts, which follow one another, in one. */
export function joined(parts: readonly Points[]): Points {
  const only = parts[0]
  if (only !== undefined && parts.length === 1) return only
  const length = parts.reduce((sum, { times }) => sum + times.length, 0)
  const points = { times: new Float64Array(length), values: new Float64Array(length) }
  let at = 0
  for (const { times, values } of parts) {
    points.times.set(times, at)
    points.values.set(values, at)
    at += times.length
  }
  return points
}
