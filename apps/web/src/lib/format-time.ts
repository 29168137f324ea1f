const SECOND = 1_000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

/** How long ago, in the largest unit that says enough: `now`, `4 s ago`, `3 min ago`, `2 h ago`, `5 d ago`. */
export function formatAgo(ts: number, now: number): string {
  const age = now - ts
  if (age < SECOND) return 'now'
  return `${formatSpan(age)} ago`
}

/** A length of time in one unit: `4 s`, `3 min`, `2 h`, `5 d`. */
export function formatSpan(durationMs: number): string {
  if (durationMs < MINUTE) return `${Math.floor(durationMs / SECOND)} s`
  if (durationMs < HOUR) return `${Math.floor(durationMs / MINUTE)} min`
  if (durationMs < 2 * DAY) return `${Math.floor(durationMs / HOUR)} h`
  return `${Math.floor(durationMs / DAY)} d`
}

/** How long until: `in 3 s`, `in 12 d`; `now` when it is over. */
export function formatUntil(ts: number, now: number): string {
  return ts <= now ? 'now' : `in ${formatSpan(ts - now + SECOND - 1)}`
}

const exact = new Intl.DateTimeFormat('en-GB', {
  day: 'numeric',
  month: 'short',
  year: 'numeric',
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  timeZoneName: 'short',
})
const day = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', year: 'numeric' })
const clock = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit' })

const moment = new Intl.DateTimeFormat('en-GB', {
  day: 'numeric',
  month: 'short',
  hour: '2-digit',
  minute: '2-digit',
})

/** Date and time to the second, in the reader's time zone. */
export const formatExact = (ts: number): string => exact.format(ts)
/** Date and time to the minute, for where there is little room. */
export const formatMoment = (ts: number): string => moment.format(ts)
export const formatDay = (ts: number): string => day.format(ts)
export const formatClock = (ts: number): string => clock.format(ts)
/** Of when something is: the time, and the date too when that was not lately. */
export const formatAsOf = (ts: number, now: number): string =>
  now - ts < 12 * HOUR ? formatClock(ts) : formatMoment(ts)
