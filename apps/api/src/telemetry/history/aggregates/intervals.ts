const weekUs = 7 * 86_400_000_000

/** Whole intervals since 1970 in UTC, weeks from a Monday, so that they begin at the same times whatever the range. */
export interface Intervals {
  lengthUs: number
  /** The beginning of one of them, at or before 1970. */
  originUs: number
}

export function intervalsOf(lengthUs: number): Intervals {
  // 1 January 1970 was a Thursday.
  return { lengthUs, originUs: lengthUs % weekUs === 0 ? -3 * 86_400_000_000 : 0 }
}

/** The beginning of the interval that a time is in. */
export function startOf({ lengthUs, originUs }: Intervals, tsUs: number): number {
  return Math.floor((tsUs - originUs) / lengthUs) * lengthUs + originUs
}

/** How many intervals a range has, parts of them included. */
export function countOf(intervals: Intervals, fromUs: number, toUs: number): number {
  if (toUs <= fromUs) return 0
  return Math.round((startOf(intervals, toUs - 1) - startOf(intervals, fromUs)) / intervals.lengthUs) + 1
}

const [second, minute, hour, day] = [1_000_000, 60_000_000, 3_600_000_000, 86_400_000_000] as const

/** Usual lengths, each a multiple of a shorter one. */
const lengths = [
  ...[1, 2, 5, 10, 20, 50, 100, 200, 500].map((ms) => ms * 1_000),
  ...[1, 2, 5, 10, 15, 30].map((n) => n * second),
  ...[1, 2, 5, 10, 15, 30].map((n) => n * minute),
  ...[1, 2, 3, 6, 12].map((n) => n * hour),
  ...[day, 2 * day, weekUs],
] as const

/** The shortest usual interval of which a range has no more than `count`. */
export function intervalsFor(fromUs: number, toUs: number, count: number): Intervals {
  const fits = lengths.map(intervalsOf).find((intervals) => countOf(intervals, fromUs, toUs) <= count)
  if (fits !== undefined) return fits
  let weeks = 2
  while (countOf(intervalsOf(weeks * weekUs), fromUs, toUs) > count) weeks *= 2
  return intervalsOf(weeks * weekUs)
}
