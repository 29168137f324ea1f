import { formatClock, formatClockMillis, formatClockSeconds, formatShortDay } from '@/lib/format-time'

const [SECOND, MINUTE, HOUR, DAY] = [1_000, 60_000, 3_600_000, 86_400_000]

/** The label of a tick: the day at midnight, and otherwise as exact as the distance between ticks demands. */
export function formatTick(ts: number, stepMs: number): string {
  const date = new Date(ts)
  const isMidnight = date.getHours() === 0 && date.getMinutes() === 0
  if (stepMs >= DAY || (stepMs >= MINUTE && isMidnight)) return formatShortDay(ts)
  if (stepMs < SECOND) return formatClockMillis(ts).slice('hh:'.length)
  return stepMs < MINUTE ? formatClockSeconds(ts) : formatClock(ts)
}

const STEPS_MS = [
  ...[5, 10, 20, 50, 100, 200, 500],
  ...[1, 2, 5, 10, 15, 30].map((count) => count * SECOND),
  ...[1, 2, 5, 10, 15, 30].map((count) => count * MINUTE),
  ...[1, 2, 3, 6, 12].map((count) => count * HOUR),
  ...[1, 2, 4, 7, 14, 28].map((count) => count * DAY),
]

/** The distance between ticks, so that about one fits each `spacePx`. */
export function tickStep(spanMs: number, widthPx: number, spacePx: number): number {
  const wanted = (spanMs * spacePx) / Math.max(1, widthPx)
  return STEPS_MS.find((step) => step >= wanted) ?? 28 * DAY
}

/** The ticks of a span: whole steps of local time, also where that is not UTC. */
export function ticksOf(min: number, max: number, stepMs: number): number[] {
  const ticks: number[] = []
  const offsetAt = (ts: number) => new Date(ts).getTimezoneOffset() * MINUTE
  for (let local = Math.ceil((min - offsetAt(min)) / stepMs) * stepMs; ticks.length < 200; local += stepMs) {
    // The offset may change within a span; a whole step of local time is then another moment.
    const guess = local + offsetAt(min)
    const ts = local + offsetAt(guess)
    if (ts > max) break
    if (ts >= min) ticks.push(ts)
  }
  return ticks
}
