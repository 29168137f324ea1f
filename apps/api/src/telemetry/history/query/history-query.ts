import {
  DeviceId,
  type Fill,
  maximumDevicesPerReading,
  parseDuration,
  parseTime,
  type ReadTelemetry,
  TelemetryKey,
} from '@heliograph/protocol'
import { z } from 'zod'
import type { FieldError } from '../../../foundation/errors/domain-errors.js'
import { decodeCursor, encodeCursor } from '../../../foundation/paging/cursor.js'
import { invalidQuery } from './invalid-query.js'
import type { Position } from './sample-reader.js'
import type { TimeRange } from './series.js'

interface HistoryRange extends TimeRange {
  /** Null: all keys. */
  keys: readonly string[] | null
}

/** Asks for samples as they are stored: a page of them, or all. */
export interface SamplesQuery extends HistoryRange {
  kind: 'samples'
  limit: number | null
  after: Position | null
}

export interface PointsQuery extends HistoryRange {
  kind: 'points'
  points: number
}

export interface AggregateQuery extends HistoryRange {
  kind: 'aggregate'
  aggregate: string
  /** Null: chosen so that there are at most `points`. */
  intervalUs: number | null
  points: number | null
  fill: Fill
  /** Null: UTC. */
  timeZone: string | null
  /** Whether each end was given; an open end is where the samples end. */
  from: boolean
  to: boolean
}

export type HistoryQuery = SamplesQuery | PointsQuery | AggregateQuery

/** A century. What is longer is a mistake, and would exceed the range of times. */
const longestInterval = '36525d'
const longestIntervalMs = 36_525 * 86_400_000

type Input = Omit<ReadTelemetry, 'format' | 'delimiter' | 'decimal' | 'bom'>

/** Parses a query; throws an InvalidError that names each bad field. */
export function parseHistoryQuery(input: Input, nowMs: number): HistoryQuery {
  const errors: FieldError[] = []
  const fromUs = timeOf(input, 'from', nowMs, 0, errors)
  const toUs = timeOf(input, 'to', nowMs, Number.MAX_SAFE_INTEGER, errors)
  if (errors.length === 0 && fromUs > toUs) errors.push({ path: 'from', message: 'must not be after to' })
  const keys = keysOf(input, errors)
  const intervalUs = intervalOf(input, errors)
  errors.push(...misplaced(input))
  if (errors.length > 0) throw invalidQuery(errors)

  const range = { keys, fromUs, toUs }
  const points = input.points ?? null
  if (input.aggregate !== undefined) {
    return {
      kind: 'aggregate',
      ...range,
      aggregate: input.aggregate,
      intervalUs,
      points,
      fill: input.fill ?? 'none',
      timeZone: input.timeZone ?? null,
      from: input.from !== undefined,
      to: input.to !== undefined,
    }
  }
  if (points !== null) return { kind: 'points', ...range, points }
  const after = input.cursor === undefined ? null : positionOf(input.cursor)
  return { kind: 'samples', ...range, limit: input.limit ?? null, after }
}

/** The names of a list such as `a,b`; what is wrong with it is added to `errors` under `path`. */
function parseNames(path: string, text: string, errors: FieldError[]): string[] {
  const names = text.split(',').map((name) => name.trim())
  if (names.some((name) => name === '')) {
    errors.push({ path, message: path === 'keys' ? 'has an empty key' : 'has an empty name' })
  }
  return [...new Set(names)]
}

/** The ids of a list of devices; throws an InvalidError for a text that cannot be an id. */
export function parseDevices(text: string, maximum = maximumDevicesPerReading): string[] {
  const errors: FieldError[] = []
  const ids = parseNames('devices', text, errors)
  const bad = ids.find((id) => id !== '' && !DeviceId.safeParse(id).success)
  if (bad !== undefined)
    errors.push({
      path: 'devices',
      message: `has ${JSON.stringify(bad)}, which cannot be the id of a device`,
    })
  if (ids.length > maximum)
    errors.push({ path: 'devices', message: `names ${ids.length}; at most ${maximum} are read at once` })
  if (errors.length > 0) throw invalidQuery(errors)
  return ids
}

type NamedKeys = Pick<ReadTelemetry, 'keys' | 'key'>

/** The keys that a query names, or null for all. Throws an InvalidError. */
export function parseKeys(query: NamedKeys): string[] | null {
  const errors: FieldError[] = []
  const keys = keysOf(query, errors)
  if (errors.length > 0) throw invalidQuery(errors)
  return keys
}

/** The keys of the list `keys=a,b` and of each `key=`, which is taken as it is. */
function keysOf({ keys, key }: NamedKeys, errors: FieldError[]): string[] | null {
  if (keys === undefined && key === undefined) return null
  const listed = keys === undefined ? [] : parseNames('keys', keys, errors)
  return [...new Set([...listed, ...(key ?? [])])]
}

export function cursorOf({ tsUs, device, key }: Position): string {
  return encodeCursor([tsUs, key, device])
}

const Place = z.tuple([z.int().min(0), TelemetryKey, DeviceId])

function positionOf(cursor: string): Position {
  const [tsUs, key, device] = decodeCursor(Place, cursor)
  return { tsUs, key, device }
}

/** Errors for fields that are not allowed beside others. */
function misplaced({ limit, cursor, points, aggregate, interval, fill, timeZone }: Input): FieldError[] {
  const errors: FieldError[] = []
  const noPages = 'goes with pages of samples, not with points or aggregate'
  if (points !== undefined || aggregate !== undefined) {
    if (limit !== undefined) errors.push({ path: 'limit', message: noPages })
    if (cursor !== undefined) errors.push({ path: 'cursor', message: noPages })
  }
  if (aggregate === undefined) {
    if (interval !== undefined) errors.push({ path: 'interval', message: 'goes with aggregate only' })
    if (fill !== undefined) errors.push({ path: 'fill', message: 'goes with aggregate only' })
    if (timeZone !== undefined) errors.push({ path: 'timeZone', message: 'goes with aggregate only' })
  } else if (interval === undefined && points === undefined) {
    errors.push({ path: 'interval', message: 'is missing: an aggregate needs interval (5m) or points' })
  } else if (interval !== undefined && points !== undefined) {
    errors.push({
      path: 'points',
      message: 'says how long an interval is, as interval does: name one of them',
    })
  }
  return errors
}

function intervalOf({ interval }: Input, errors: FieldError[]): number | null {
  const ms = interval === undefined ? null : parseDuration(interval)
  if (ms === null) return null
  if (ms > longestIntervalMs)
    errors.push({ path: 'interval', message: `must not be longer than ${longestInterval}` })
  return ms * 1_000
}

function timeOf(
  input: Input,
  path: 'from' | 'to',
  nowMs: number,
  otherwise: number,
  errors: FieldError[],
): number {
  const text = input[path]
  if (text === undefined) return otherwise
  const ms = parseTime(withPlus(text), nowMs)
  if (ms !== null) return clampUs(Math.round(ms * 1_000))
  errors.push({ path, message: 'expected epoch milliseconds, RFC 3339, or relative to now: -24h' })
  return otherwise
}

/** Restores a + that was not encoded, which a query string reads as a space: `2026-01-01T00:00:00+01:00`, `+5m`. */
function withPlus(text: string): string {
  return text.replace(/^ (?=\d)| (?=\d\d:\d\d$)/, '+')
}

function clampUs(us: number): number {
  return Math.min(Math.max(us, 0), Number.MAX_SAFE_INTEGER)
}
