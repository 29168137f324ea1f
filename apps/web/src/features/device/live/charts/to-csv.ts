import { type CsvCell, csvLine, formatTime } from '@heliograph/protocol'
import { indexAt } from '../telemetry/index-at'
import type { Points } from '../telemetry/points'
import type { Span } from '../telemetry/span'

export interface Column {
  name: string
  parts: readonly Points[]
  textOf(value: number): string
}

/** What the charts show as a table: a line for each time, a column for each series, empty where a series has no sample. */
export function toCsv(columns: readonly Column[], { min, max }: Span): string {
  const rows = new Map<number, CsvCell[]>()
  for (const [index, { parts, textOf }] of columns.entries()) {
    for (const { times, values } of parts) {
      for (let at = indexAt(times, min); at < times.length; at += 1) {
        const [ts, value] = [times[at] as number, values[at] as number]
        if (ts > max) break
        const row = rows.get(ts) ?? columns.map(() => null)
        row[index] = textOf(value)
        rows.set(ts, row)
      }
    }
  }
  const lines = [...rows].sort(([a], [b]) => a - b).map(([ts, row]) => csvLine([formatTime(ts), ...row]))
  return csvLine(['time', ...columns.map(({ name }) => name)]) + lines.join('')
}
