import { formatRange } from '@/lib/format-time'
import type { Span } from '../telemetry/span'
import type { ChartedKey } from './charted-keys'
import type { CsvDialectName } from './csv-dialects'
import type { CsvRows } from './csv-rows'

export interface CsvChoice {
  /** All keys of the devices; else those that are charted. */
  allKeys: boolean
  rows: CsvRows
  dialect: CsvDialectName
}

/** What a table can hold, in words. */
export interface CsvContent {
  range: string
  charted: readonly string[]
  /** `3 charted keys` */
  chartedKeys: string
  /** `all keys (12)` */
  allKeys: string
}

export function csvContent(charted: readonly ChartedKey[], keyCount: number, span: Span): CsvContent {
  const names = charted.map(({ name }) => name)
  const devices = devicesOf(charted).length
  return {
    range: formatRange(span.min, span.max),
    charted: names,
    chartedKeys: names.length === 1 ? '1 charted key' : `${names.length} charted keys`,
    allKeys: devices === 1 ? `all keys (${keyCount})` : `all keys of ${devices} devices`,
  }
}

/** The ids of the devices that are charted. */
export function devicesOf(charted: readonly ChartedKey[]): string[] {
  return [...new Set(charted.flatMap(({ lines }) => lines.map(({ series }) => series.ref.device)))]
}
