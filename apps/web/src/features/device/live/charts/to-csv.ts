import type { Points } from '../history/series-tiles'
import { indexAt } from '../index-at'
import type { Span } from './crosshair'

export interface Column {
  name: string
  parts: readonly Points[]
  textOf(value: number): string
}

/** What charts show, as a table: a line for each time, a column for each series, empty where it has no sample. */
export function toCsv(columns: readonly Column[], { min, max }: Span): string {
  const rows = new Map<number, string[]>()
  for (const [index, { parts, textOf }] of columns.entries()) {
    for (const { times, values } of parts) {
      for (let at = indexAt(times, min); at < times.length; at += 1) {
        const [ts, value] = [times[at] as number, values[at] as number]
        if (ts > max) break
        const row = rows.get(ts) ?? columns.map(() => '')
        row[index] = quoted(textOf(value))
        rows.set(ts, row)
      }
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

/** RFC 4180; and no spreadsheet may take a text for a formula, as a number is none. */
function quoted(text: string): string {
  const harmless = /^[=+\-@\t\r]/.test(text) && !Number.isFinite(Number(text)) ? `'${text}` : text
  return /[",\r\n]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless
}
