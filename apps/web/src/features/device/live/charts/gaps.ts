/** What uPlot draws: times, and at each a value or null, where the line is broken. */
export type Drawable = [times: number[] | Float64Array, values: (number | null)[] | Float64Array]

const LOOKED_AT = 50
/** This many times the usual interval without a sample is a gap. */
const FACTOR = 4
const MINIMUM_GAP_MS = 5_000

/**
 * The part of a series from `from` on, and the point before it so that the line comes in from the left.
 * Where samples are missing the line is broken: a straight line across would claim what nobody measured.
 */
export function drawableFrom(times: Float64Array, values: Float64Array, first: number): Drawable {
  const gapMs = gapOf(times)
  const from = Math.max(0, first - 1)
  // Nothing is copied where nothing is missing, as in a flood.
  if (!hasGap(times, from, gapMs)) return [times.subarray(from), values.subarray(from)]
  const drawn: [number[], (number | null)[]] = [[], []]
  let before = Number.POSITIVE_INFINITY
  for (let index = from; index < times.length; index += 1) {
    const ts = times[index] as number
    if (ts - before > gapMs) {
      drawn[0].push(before + 1)
      drawn[1].push(null)
    }
    drawn[0].push(ts)
    drawn[1].push(values[index] as number)
    before = ts
  }
  return drawn
}

function hasGap(times: Float64Array, from: number, gapMs: number): boolean {
  for (let index = from + 1; index < times.length; index += 1)
    if ((times[index] as number) - (times[index - 1] as number) > gapMs) return true
  return false
}

/** From how long a pause on a series has a gap, judged by its own usual interval. */
export function gapOf(times: Float64Array): number {
  const lately = times.subarray(-LOOKED_AT)
  const intervals: number[] = []
  for (let index = 1; index < lately.length; index += 1)
    intervals.push((lately[index] as number) - (lately[index - 1] as number))
  intervals.sort((a, b) => a - b)
  const usual = intervals[intervals.length >> 1] ?? Number.POSITIVE_INFINITY
  return Math.max(MINIMUM_GAP_MS, usual * FACTOR)
}
