import { parseRfc3339, roundToMicroseconds } from './time.js'

/** A clock that was never set shows an earlier time than this: most begin in 1970 or 2000. Epoch milliseconds. */
const clocksAreSetSinceMs = Date.UTC(2010, 0, 1)
const latestMs = 253_402_300_799_999

/** Tells whether a time, in epoch milliseconds, may be that of a clock that was set. */
export function isOfSetClock(ms: number): boolean {
  return ms >= clocksAreSetSinceMs
}

/**
 * Reads a time as devices give it. A number is seconds below 10^11, milliseconds below 10^14, microseconds below 10^17, and
 * else nanoseconds; text is digits of these, or RFC 3339. Returns epoch milliseconds, rounded to microseconds, or NaN for what
 * is no time; `timestampProblem` then says why. A double holds a number of nanoseconds to about 256 of them; text is exact.
 */
export function readTimestamp(value: number | string): number {
  if (typeof value === 'number') return roundToMicroseconds(millisecondsOf(value))
  if (nanosecondDigits.test(value)) return fromNanoseconds(BigInt(value))
  if (digits.test(value)) return roundToMicroseconds(millisecondsOf(Number(value)))
  return parseRfc3339(value) ?? Number.NaN
}

/** Explains why a value is no time, as the end of a sentence that begins with its place: `ts` *must not be …*. */
export function timestampProblem(value: unknown): string {
  const number = typeof value === 'string' && digits.test(value) ? Number(value) : value
  if (typeof number === 'number') {
    if (!Number.isFinite(number)) return 'must be a finite number'
    if (number < 0) return `must not be negative, and is ${number}`
    return `must not be after the year 9999, and is ${shown(value)}`
  }
  if (typeof value === 'string' && parseRfc3339(`${value}Z`) !== null)
    return `must name its time zone, as in ${JSON.stringify(`${value}Z`)}, and is ${shown(value)}`
  return `must be seconds, milliseconds, microseconds or nanoseconds since 1970, or RFC 3339 text as in "2026-01-01T00:00:00Z", not ${shown(value)}`
}

const digits = /^\d{1,21}(\.\d{1,12})?$/
const nanosecondDigits = /^[1-9]\d{17,20}$/

function millisecondsOf(number: number): number {
  if (!(number >= 0)) return Number.NaN
  // Rounded after one multiplication, as a second would double the error of the fraction.
  if (number < 1e11) return Math.round(number * 1e6) / 1_000
  if (number < 1e14) return number
  if (number < 1e17) return number / 1_000
  return withinRange(number / 1_000_000)
}

function fromNanoseconds(nanoseconds: bigint): number {
  return withinRange(Number((nanoseconds + 500n) / 1_000n) / 1_000)
}

function withinRange(ms: number): number {
  return ms <= latestMs ? ms : Number.NaN
}

const longestShown = 40

function shown(value: unknown): string {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'an array'
  if (typeof value === 'object') return 'an object'
  const text = typeof value === 'string' ? value : String(value)
  const short = text.length > longestShown ? `${text.slice(0, longestShown)}…` : text
  return typeof value === 'string' ? JSON.stringify(short) : short
}
