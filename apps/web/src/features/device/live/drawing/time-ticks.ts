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

const MOST_TICKS = 200

/** The ticks of a span: whole steps of local time, also where that is not UTC, and twice where an hour comes twice. */
export function ticksOf(min: number, max: number, stepMs: number): number[] {
  const ticks: number[] = []
  let from = min
  for (const end of [...clockChanges(min, max), max + 1]) {
    const offsetMs = offsetAt(from)
    let local = Math.ceil((from - offsetMs) / stepMs) * stepMs
    for (; local + offsetMs < end && ticks.length < MOST_TICKS; local += stepMs) ticks.push(local + offsetMs)
    from = end
  }
  return ticks
}

export interface TimeLabel {
  ts: number
  text: string
}

/**
 * Ticks with their labels. Where the clock is changed there is one too, `03:00→02:00`, in place of those too near to it; on
 * an axis of days it tells the length of the day, `25 h day`.
 */
export function timeLabels(
  { min, max }: { min: number; max: number },
  { widthPx, spacePx }: { widthPx: number; spacePx: number },
): TimeLabel[] {
  const stepMs = tickStep(max - min, widthPx, spacePx)
  const nearMs = ((max - min) / Math.max(1, widthPx)) * spacePx * 0.75
  const changes = clockChanges(min, max)
  const changeLabels = changes.map((ts) => ({ ts, text: stepMs < DAY ? changeText(ts) : dayText(ts) }))
  const others = ticksOf(min, max, stepMs)
    .filter((ts) => changes.every((change) => Math.abs(change - ts) >= nearMs))
    .map((ts) => ({ ts, text: formatTick(ts, stepMs) }))
  return [...changeLabels, ...others].sort((a, b) => a.ts - b.ts)
}

/** When the local clock is changed between two times: at the end of the skipped hour, or where one begins again. */
export function clockChanges(min: number, max: number): number[] {
  const changes: number[] = []
  // Two changes never lie within a week of one another.
  for (let from = min; from < max; from += 7 * DAY) {
    const to = Math.min(max, from + 7 * DAY)
    if (offsetAt(from) !== offsetAt(to)) changes.push(changeBetween(from, to))
  }
  return changes
}

function changeBetween(min: number, max: number): number {
  let [before, after] = [Math.floor(min), Math.ceil(max)]
  while (after - before > 1) {
    const middle = Math.floor((before + after) / 2)
    if (offsetAt(middle) === offsetAt(min)) before = middle
    else after = middle
  }
  return after
}

/** What the clock would have shown, and what it shows. */
function changeText(ts: number): string {
  const unchanged = new Date(ts - offsetAt(ts - 1)).toISOString().slice(11, 16)
  return `${unchanged}→${formatClock(ts)}`
}

function dayText(ts: number): string {
  return `${(DAY - shiftAt(ts)) / HOUR} h day`
}

/** How far the clock is set forward at a change; negative when it is set back. */
const shiftAt = (ts: number): number => offsetAt(ts - 1) - offsetAt(ts)

/** What is to be added to local time for UTC. */
const offsetAt = (ts: number): number => new Date(ts).getTimezoneOffset() * MINUTE
