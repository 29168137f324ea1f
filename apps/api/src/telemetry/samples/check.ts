import { formatTime, type TelemetryValue } from '@heliograph/protocol'
import type { Columns } from './columns.js'
import type { DecodedTelemetry } from './decode.js'
import { exactDigits, exactJson } from './exact-integers.js'
import { RefusedError } from './sample.js'

/** How far ahead of the platform's clock a sample's own time may be. */
export const farthestAheadMs = 24 * 60 * 60 * 1_000

/** Levels of nesting that a JSON value may have. PostgreSQL's parser recurses, and so does ours. */
const deepestNesting = 64

/** The times that samples may have, in milliseconds since 1970. */
export interface TimeLimits {
  nowMs: number
  /** Older samples would be deleted at once by the organization's retention; null: it keeps all. */
  oldestMs: number | null
}

/** Makes rows of records. Throws a RefusedError for the whole message if the database could not store a part of it. */
export function check({ records, exact }: DecodedTelemetry, limits: TimeLimits, into: Columns): void {
  for (let index = 0; index < records.length; index++) {
    const { ts, values } = records[index] as (typeof records)[number]
    if (ts !== undefined) checkTime(ts, limits)
    const timeUs = ts === undefined ? Number.NaN : Math.round(ts * 1_000)
    const exactValues = exact?.[index]?.values
    for (const key in values) {
      const value = values[key] as TelemetryValue
      if (holdsLoneSurrogate(key)) throw invalid(key, 'must not hold half a surrogate pair as a key')
      if (typeof value === 'number') into.push(key, timeUs, value, exactDigits(exactValues?.[key]))
      else into.push(key, timeUs, Number.NaN, storableJson(key, value, exactValues?.[key]))
    }
    into.endRecord()
  }
}

/** The newest time of a clock that was set, and of one that was not; null where there is none. Epoch milliseconds. */
export interface NewestTimes {
  setMs: number | null
  unsetMs: number | null
}

export function newestTimes({ records }: DecodedTelemetry): NewestTimes {
  const newest: NewestTimes = { setMs: null, unsetMs: null }
  for (const { ts, unsetClockTs } of records) {
    if (ts !== undefined) newest.setMs = Math.max(ts, newest.setMs ?? ts)
    if (unsetClockTs !== undefined) newest.unsetMs = Math.max(unsetClockTs, newest.unsetMs ?? unsetClockTs)
  }
  return newest
}

function checkTime(ts: number, { nowMs, oldestMs }: TimeLimits): void {
  if (ts > nowMs + farthestAheadMs) throw tooFarAhead(ts, nowMs)
  if (oldestMs !== null && ts < oldestMs) throw tooOld(ts, nowMs, oldestMs)
}

function holdsLoneSurrogate(text: string): boolean {
  for (let index = 0; index < text.length; index++)
    if ((text.charCodeAt(index) & 0xf800) === 0xd800) return /\p{Cs}/u.test(text)
  return false
}

function storableJson(key: string, value: TelemetryValue, exact: unknown): string {
  if (typeof value === 'boolean') return value ? 'true' : 'false'
  if (typeof value === 'object' && isDeeperThan(value, deepestNesting))
    throw invalid(key, `is nested over ${deepestNesting} levels deep`)
  const json = JSON.stringify(value)
  // JSON.stringify escapes both in lower case. Only the value itself tells them from an escaped backslash before "u0000".
  if (/\\u(?:0000|d[89a-f])/.test(json) && holdsUnstorableText(value))
    throw invalid(key, 'holds U+0000 or half a surrogate pair, which cannot be stored')
  return exact === undefined ? json : exactJson(exact)
}

function isDeeperThan(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false
  return levels === 0 || Object.values(value).some((inner) => isDeeperThan(inner, levels - 1))
}

function holdsUnstorableText(value: unknown): boolean {
  if (typeof value === 'string') return /\0|\p{Cs}/u.test(value)
  if (typeof value !== 'object' || value === null) return false
  return Object.entries(value).some(([key, inner]) => holdsUnstorableText(key) || holdsUnstorableText(inner))
}

function invalid(key: string, problem: string): RefusedError {
  return new RefusedError({ code: 'payload_invalid', detail: `${JSON.stringify(key)} ${problem}` })
}

function tooFarAhead(ts: number, nowMs: number): RefusedError {
  const hours = Math.round((ts - nowMs) / 3_600_000)
  const detail = `ts ${formatTime(ts)} is ${hours} hours ahead of the platform's clock (${formatTime(nowMs)}); at most 24 are allowed. Is the device's clock right?`
  return new RefusedError({ code: 'timestamp_refused', detail })
}

function tooOld(ts: number, nowMs: number, oldestMs: number): RefusedError {
  const days = Math.round((nowMs - oldestMs) / 86_400_000)
  const detail = `ts ${formatTime(ts)} is older than the ${days} days for which telemetry is kept here. Is the device's clock right?`
  return new RefusedError({ code: 'timestamp_refused', detail })
}
