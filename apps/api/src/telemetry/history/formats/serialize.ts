import { csvLine, type DeviceSample, formatTime, type TelemetryFormat } from '@heliograph/protocol'

export type StreamedFormat = Exclude<TelemetryFormat, 'json'>

export interface Serialization {
  contentType: string
  head: string
  line(sample: DeviceSample): string
}

/** How samples become text: lines of CSV, or a JSON object a line. With `ofDevices` each line names its device. */
export function serialization(format: StreamedFormat, { ofDevices }: { ofDevices: boolean }): Serialization {
  if (format === 'ndjson') return ofDevices ? { ...ndjson, line: json } : ndjson
  return {
    contentType: 'text/csv; charset=utf-8; header=present',
    head: csvLine(ofDevices ? ['time', 'ts', 'device', 'key', 'value'] : ['time', 'ts', 'key', 'value']),
    line: ofDevices
      ? ({ device, key, ts, value }) => csvLine([formatTime(ts), ts, device, key, value])
      : ({ key, ts, value }) => csvLine([formatTime(ts), ts, key, value]),
  }
}

const json = (sample: DeviceSample) => `${JSON.stringify(sample)}\n`

const ndjson: Serialization = {
  contentType: 'application/x-ndjson; charset=utf-8',
  head: '',
  line: ({ key, ts, value }) => `${JSON.stringify({ key, ts, value })}\n`,
}
