import type { TimeRange } from '../query/series.js'
import type { LocalDays } from './local-days.js'

const dayUs = 86_400_000_000
const weekUs = 7 * dayUs

/**
 * Whole intervals since 1970, weeks from a Monday, so that they begin at the same times whatever the range. They are in UTC,
 * or made of the days of a time zone; then one with a clock change is shorter or longer than the others.
 */
export interface Intervals {
  lengthUs: number
  /** The beginning of one of them, at or before 1970. */
  originUs: number
  /** The days that they are made of; null in UTC, and where they are not whole days. */
  days: LocalDays | null
}

export function intervalsOf(lengthUs: number, days: LocalDays | null = null): Intervals {
  // 1 January 1970 was a Thursday.
  const originUs = lengthUs % weekUs === 0 ? -3 * dayUs : 0
  return { lengthUs, originUs, days: lengthUs % dayUs === 0 ? days : null }
}

/** The beginning of the interval that a time is in. */
export function startOf(intervals: Intervals, tsUs: number): number {
  return startAt(intervals, indexOf(intervals, tsUs))
}

/** The beginnings of all intervals that a range has a part of, ascending. */
export function startsOf(intervals: Intervals, { fromUs, toUs }: TimeRange): number[] {
  const first = indexOf(intervals, fromUs)
  const starts = Array.from({ length: countOf(intervals, fromUs, toUs) }, (_, index) =>
    startAt(intervals, first + index),
  )
  // A day that a zone skipped, on its way over the date line, begins when the next one does.
  return intervals.days === null ? starts : starts.filter((start, index) => start !== starts[index + 1])
}

/** How many intervals a range has, parts of them included. */
export function countOf(intervals: Intervals, fromUs: number, toUs: number): number {
  if (toUs <= fromUs) return 0
  return indexOf(intervals, toUs - 1) - indexOf(intervals, fromUs) + 1
}

function indexOf({ lengthUs, originUs, days }: Intervals, tsUs: number): number {
  const clockUs = days === null ? tsUs : days.dayOf(tsUs) * dayUs
  return Math.floor((clockUs - originUs) / lengthUs)
}

function startAt({ lengthUs, originUs, days }: Intervals, index: number): number {
  const clockUs = index * lengthUs + originUs
  return days === null ? clockUs : days.startOf(clockUs / dayUs)
}

const [second, minute, hour] = [1_000_000, 60_000_000, 3_600_000_000] as const

/** Usual lengths, each a multiple of a shorter one. */
const lengths = [
  ...[1, 2, 5, 10, 20, 50, 100, 200, 500].map((ms) => ms * 1_000),
  ...[1, 2, 5, 10, 15, 30].map((n) => n * second),
  ...[1, 2, 5, 10, 15, 30].map((n) => n * minute),
  ...[1, 2, 3, 6, 12].map((n) => n * hour),
  ...[dayUs, 2 * dayUs, weekUs],
] as const

/** The shortest usual interval of which a range has no more than `count`. */
export function intervalsFor(
  fromUs: number,
  toUs: number,
  count: number,
  days: LocalDays | null = null,
): Intervals {
  const fits = (lengthUs: number) => countOf(intervalsOf(lengthUs, days), fromUs, toUs) <= count
  const usual = lengths.find(fits)
  if (usual !== undefined) return intervalsOf(usual, days)
  let weeks = 2
  while (!fits(weeks * weekUs)) weeks *= 2
  return intervalsOf(weeks * weekUs, days)
}
