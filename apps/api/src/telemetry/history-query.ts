import { parseTime, type ReadTelemetry, TelemetryKey } from '@heliograph/protocol'
import { z } from 'zod'
import { type FieldError, InvalidError } from '../errors/domain-errors.js'
import { decodeCursor, encodeCursor } from '../http/cursor.js'

/** What to read: times in microseconds, `from` inclusive, `to` exclusive. */
export interface HistoryQuery {
  keys: readonly string[] | null
  fromUs: number
  toUs: number
  limit: number
  after: Position | null
}

/** The last sample of a page. */
export interface Position {
  tsUs: number
  key: string
}

const defaultLimit = 1_000

const Place = z.tuple([z.int().min(0), TelemetryKey])

/** Reads a query; throws an InvalidError that names each bad field. */
export function parseHistoryQuery(input: ReadTelemetry, nowMs: number): HistoryQuery {
  const errors: FieldError[] = []
  const time = (path: 'from' | 'to', otherwise: number) => {
    const text = input[path]
    if (text === undefined) return otherwise
    const ms = parseTime(withPlus(text), nowMs)
    if (ms !== null) return clampUs(Math.round(ms * 1_000))
    errors.push({ path, message: 'expected epoch milliseconds, RFC 3339, or relative to now: -24h' })
    return otherwise
  }
  const fromUs = time('from', 0)
  const toUs = time('to', Number.MAX_SAFE_INTEGER)
  if (errors.length === 0 && fromUs > toUs) errors.push({ path: 'from', message: 'must not be after to' })

  const keys = input.keys === undefined ? null : input.keys.split(',').map((key) => key.trim())
  if (keys?.some((key) => key === '')) errors.push({ path: 'keys', message: 'holds an empty key' })
  if (errors.length > 0) throw new InvalidError('The query is not valid.', 'invalid_query', errors)
  return {
    keys,
    fromUs,
    toUs,
    limit: input.limit ?? defaultLimit,
    after: input.cursor === undefined ? null : positionOf(input.cursor),
  }
}

export function cursorOf({ tsUs, key }: Position): string {
  return encodeCursor([tsUs, key])
}

function positionOf(cursor: string): Position {
  const [tsUs, key] = decodeCursor(Place, cursor)
  return { tsUs, key }
}

/** In a query string a bare + is a space, and many scripts send one: `2026-01-01T00:00:00+01:00`, `+5m`. */
function withPlus(text: string): string {
  return text.replace(/^ (?=\d)| (?=\d\d:\d\d$)/, '+')
}

function clampUs(us: number): number {
  return Math.min(Math.max(us, 0), Number.MAX_SAFE_INTEGER)
}
