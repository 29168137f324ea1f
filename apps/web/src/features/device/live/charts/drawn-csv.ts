import { type SampleCsvOptions, sampleCsvHead, sampleCsvLine } from '@heliograph/protocol'
import { indexAt } from '../telemetry/index-at'
import type { Points } from '../telemetry/points'
import type { Span } from '../telemetry/span'

export interface DrawnSeries {
  device: string
  key: string
  parts: readonly Points[]
  cellOf(drawn: number): string | number
}

/** What the charts show as the table of samples that the platform would write: by time, then device, then key. */
export function drawnCsv(
  series: readonly DrawnSeries[],
  { min, max }: Span,
  options: SampleCsvOptions,
): string {
  const lines: { ts: number; line: string }[] = []
  for (const { device, key, parts, cellOf } of [...series].sort(compare)) {
    for (const { times, values } of parts) {
      for (let at = indexAt(times, min); at < times.length; at += 1) {
        const ts = times[at] as number
        if (ts > max) break
        const value = cellOf(values[at] as number)
        lines.push({ ts, line: sampleCsvLine({ ts, device, key, value }, options) })
      }
    }
  }
  // The sort is stable and the series are in order.
  lines.sort((a, b) => a.ts - b.ts)
  return sampleCsvHead(options) + lines.map(({ line }) => line).join('')
}

const compare = (a: DrawnSeries, b: DrawnSeries): number =>
  compareText(a.device, b.device) || compareText(a.key, b.key)

const compareText = (a: string, b: string): number => (a < b ? -1 : Number(a > b))
