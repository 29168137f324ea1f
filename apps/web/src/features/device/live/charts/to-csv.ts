import type { SeriesBuffer } from '../series-buffer'
import type { Span } from './crosshair'

export interface Column {
  name: string
  points: SeriesBuffer
  /** A switch, kept as 1 and 0. */
  stepped: boolean
}

/** What charts show, as a table: a line for each time, a column for each key, empty where it has no sample. */
export function toCsv(columns: readonly Column[], { min, max }: Span): string {
  const rows = new Map<number, string[]>()
  for (const [index, { points, stepped }] of columns.entries()) {
    const { times, values } = points
    for (let at = points.indexAt(min); at < times.length; at += 1) {
      const [ts, value] = [times[at] as number, values[at] as number]
      if (ts > max) break
      const row = rows.get(ts) ?? columns.map(() => '')
      row[index] = stepped ? String(value === 1) : String(value)
      rows.set(ts, row)
    }
  }
  const lines = [...rows].sort(([a], [b]) => a - b).map(([ts, row]) => [isoTime(ts), ...row].join(','))
  return `${[['time', ...columns.map(({ name }) => quoted(name))].join(','), ...lines].join('\r\n')}\r\n`
}

/** RFC 3339 with microseconds, as the platform keeps them. */
function isoTime(ts: number): string {
  const ms = Math.floor(ts)
  const us = Math.min(999, Math.round((ts - ms) * 1_000))
  return new Date(ms).toISOString().replace('Z', `${String(us).padStart(3, '0')}Z`)
}

/** RFC 4180; and no spreadsheet may take a name for a formula. */
function quoted(name: string): string {
  const harmless = /^[=+\-@\t\r]/.test(name) ? `'${name}` : name
  return /[",\r\n]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless
}
