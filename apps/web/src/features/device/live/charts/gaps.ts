const LOOKED_AT = 64
/** This many times the usual interval without a sample is a gap. */
const FACTOR = 4
const MINIMUM_GAP_MS = 5_000

/**
 * From how long a pause on a series has a gap, judged by its own usual interval: a straight line across would claim what
 * nobody measured. `stepMs` is how far apart its points are where they stand for several samples.
 */
export function gapOf(times: Float64Array, stepMs = 0): number {
  const lately = times.subarray(-LOOKED_AT)
  const intervals: number[] = []
  for (let index = 1; index < lately.length; index += 1)
    intervals.push((lately[index] as number) - (lately[index - 1] as number))
  intervals.sort((a, b) => a - b)
  const usual = intervals[intervals.length >> 1] ?? Number.POSITIVE_INFINITY
  return Math.max(MINIMUM_GAP_MS, Math.max(usual, stepMs) * FACTOR)
}
