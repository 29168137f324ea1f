const SECOND = 1_000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

/** An age in its largest unit: `now`, `4 s ago`, `3 min ago`, `2 h ago`, `5 d ago`. */
export function formatAgo(ts: number, now: number): string {
  const age = now - ts
  if (age < SECOND) return 'now'
  return `${formatSpan(age)} ago`
}

/** A length of time, rounded down, in its largest unit: `4 s`, `3 min`, `2 h`, `5 d`. */
export function formatSpan(durationMs: number): string {
  if (durationMs < MINUTE) return `${Math.floor(durationMs / SECOND)} s`
  if (durationMs < HOUR) return `${Math.floor(durationMs / MINUTE)} min`
  if (durationMs < 2 * DAY) return `${Math.floor(durationMs / HOUR)} h`
  return `${Math.floor(durationMs / DAY)} d`
}

/** The time left, rounded up: `in 3 s`, `in 12 d`; `now` when it has passed. */
export function formatUntil(ts: number, now: number): string {
  return ts <= now ? 'now' : `in ${formatSpan(ts - now + SECOND - 1)}`
}

/** A length of time, rounded, in a unit of which it holds two at least, so that 90 s is not 1 min: `90 s`, `36 h`. */
export function formatDuration(durationMs: number): string {
  const [ms, unit] = DURATION_UNITS.find(([size]) => durationMs >= 2 * size) ?? [1, 'ms']
  return `${Math.round(durationMs / ms)} ${unit}`
}

const DURATION_UNITS = [
  [DAY, 'd'],
  [HOUR, 'h'],
  [MINUTE, 'min'],
  [SECOND, 's'],
] as const

const formatOf = (parts: Intl.DateTimeFormatOptions) => {
  const format = new Intl.DateTimeFormat('en-GB', parts)
  return (ts: number): string => format.format(ts)
}
const date = { day: 'numeric', month: 'short' } as const
const time = { hour: '2-digit', minute: '2-digit' } as const
const timeToSecond = { ...time, second: '2-digit' } as const

/** `2 Jan 2026, 14:02:05 CET`. This and all that follow are in the reader's time zone. */
export const formatExact = formatOf({ ...date, year: 'numeric', ...timeToSecond, timeZoneName: 'short' })
/** `2 Jan, 14:02` */
export const formatMoment = formatOf({ ...date, ...time })
/** `2 Jan 2026` */
export const formatDay = formatOf({ ...date, year: 'numeric' })
/** `2 Jan` */
export const formatShortDay = formatOf(date)
/** `14:02` */
export const formatClock = formatOf(time)
/** `14:02:05` */
export const formatClockSeconds = formatOf(timeToSecond)
/** `14:02:05.250` */
export const formatClockMillis = formatOf({ ...timeToSecond, fractionalSecondDigits: 3 })

/** The time, with the date where that is more than twelve hours ago: `14:02`, `2 Jan, 14:02`. */
export const formatAsOf = (ts: number, now: number): string =>
  now - ts < 12 * HOUR ? formatClock(ts) : formatMoment(ts)

/** The time to the millisecond, with the date where that is not today: `14:02:05.250`, `2 Jan, 14:02:05.250`. */
export function formatMomentMillis(ts: number, now: number): string {
  const day = formatShortDay(ts)
  return day === formatShortDay(now) ? formatClockMillis(ts) : `${day}, ${formatClockMillis(ts)}`
}

/** A time span, with the date once where both ends share it: `2 Jan, 12:00 – 13:00`. */
export function formatRange(min: number, max: number): string {
  const clock = max - min < 10 * MINUTE ? formatClockSeconds : formatClock
  const [fromDay, toDay] = [formatShortDay(min), formatShortDay(max)]
  return `${fromDay}, ${clock(min)} – ${fromDay === toDay ? '' : `${toDay}, `}${clock(max)}`
}
