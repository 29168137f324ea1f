const [SECOND, MINUTE, HOUR, DAY] = [1_000, 60_000, 3_600_000, 86_400_000]

const days = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short' })
const minutes = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit' })
const seconds = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', second: '2-digit' })
const exact = new Intl.DateTimeFormat('en-GB', {
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  fractionalSecondDigits: 3,
})

/** A label below a tick: the day at midnight, and as exact as ticks are close. */
export function formatTick(ts: number, stepMs: number): string {
  const date = new Date(ts)
  if (stepMs >= DAY || (stepMs >= MINUTE && date.getHours() === 0 && date.getMinutes() === 0))
    return days.format(ts)
  if (stepMs < SECOND) return exact.format(ts).slice(3)
  return (stepMs < MINUTE ? seconds : minutes).format(ts)
}

/** The time under the crosshair, to the millisecond. */
export const formatMoment = (ts: number): string => exact.format(ts)

/** The same, with its day where that is not today's. */
export function formatDatedMoment(ts: number, now: number): string {
  return days.format(ts) === days.format(now) ? formatMoment(ts) : `${days.format(ts)}, ${formatMoment(ts)}`
}

/** A span as people write it, with the day once where both ends share it. */
export function formatSpanOf(min: number, max: number): string {
  const clock = max - min < 10 * MINUTE ? seconds : minutes
  const [from, to] = [`${days.format(min)}, ${clock.format(min)}`, clock.format(max)]
  return days.format(min) === days.format(max) ? `${from} – ${to}` : `${from} – ${days.format(max)}, ${to}`
}

const STEPS_MS = [
  ...[5, 10, 20, 50, 100, 200, 500],
  ...[1, 2, 5, 10, 15, 30].map((count) => count * SECOND),
  ...[1, 2, 5, 10, 15, 30].map((count) => count * MINUTE),
  ...[1, 2, 3, 6, 12].map((count) => count * HOUR),
  ...[1, 2, 4, 7, 14, 28].map((count) => count * DAY),
]

/** How far apart ticks are, so that about one fits each `spacePx`. */
export function tickStep(spanMs: number, widthPx: number, spacePx: number): number {
  const wanted = (spanMs * spacePx) / Math.max(1, widthPx)
  return STEPS_MS.find((step) => step >= wanted) ?? 28 * DAY
}

/** The ticks of a span: whole steps of the clock on the wall, also where it is not the clock of Greenwich. */
export function ticksOf(min: number, max: number, stepMs: number): number[] {
  const ticks: number[] = []
  const offsetAt = (ts: number) => new Date(ts).getTimezoneOffset() * MINUTE
  for (let local = Math.ceil((min - offsetAt(min)) / stepMs) * stepMs; ticks.length < 200; local += stepMs) {
    // The offset changes twice a year; a whole step of the wall is then another moment.
    const guess = local + offsetAt(min)
    const ts = local + offsetAt(guess)
    if (ts > max) break
    if (ts >= min) ticks.push(ts)
  }
  return ticks
}
