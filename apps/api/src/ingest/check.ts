import type { TelemetryValue, TimedValues } from '@heliograph/protocol'
import { RefusedError } from './sample.js'

/** How far ahead of this machine's clock a sample's own time may be. */
export const farthestAheadMs = 24 * 60 * 60 * 1_000

/** Levels of nesting that a JSON value may have. PostgreSQL's parser recurses, and so does ours. */
const deepestNesting = 64

export interface CheckedValue {
  key: string
  /** Microseconds since 1970, or null: to be stamped. */
  tsUs: number | null
  /** Values of one record get one time. */
  record: number
  number: number | null
  json: string | null
}

/** Makes rows of records, refusing all of a message for what the store could not take. */
export function check(records: readonly TimedValues[], nowMs: number): CheckedValue[] {
  const checked: CheckedValue[] = []
  for (const [record, { ts, values }] of records.entries()) {
    if (ts !== undefined && ts > nowMs + farthestAheadMs) throw tooFarAhead(ts, nowMs)
    const tsUs = ts === undefined ? null : Math.round(ts * 1_000)
    for (const [key, value] of Object.entries(values)) {
      if (/\p{Cs}/u.test(key)) throw invalid(key, 'a key must not hold half a surrogate pair')
      if (typeof value === 'number') checked.push({ key, tsUs, record, number: value, json: null })
      else checked.push({ key, tsUs, record, number: null, json: storableJson(key, value) })
    }
  }
  return checked
}

function storableJson(key: string, value: TelemetryValue): string {
  if (typeof value === 'object' && isDeeperThan(value, deepestNesting))
    throw invalid(key, `is nested over ${deepestNesting} levels deep`)
  const json = JSON.stringify(value)
  // JSON.stringify escapes both, in lower case. Only a walk tells them from an escaped backslash before "u0000".
  if (/\\u(?:0000|d[89a-f])/.test(json) && holdsUnstorableText(value))
    throw invalid(key, 'holds U+0000 or half a surrogate pair, which cannot be stored')
  return json
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
  return new RefusedError({ code: 'payload_invalid', detail: `${JSON.stringify(key)}: ${problem}` })
}

function tooFarAhead(ts: number, nowMs: number): RefusedError {
  const hours = Math.round((ts - nowMs) / 3_600_000)
  const detail = `ts ${ts} is ${hours} hours ahead of the platform's clock (${new Date(nowMs).toISOString()}); at most 24 are allowed. Is it in milliseconds, and is the device's clock right?`
  return new RefusedError({ code: 'timestamp_refused', detail })
}
