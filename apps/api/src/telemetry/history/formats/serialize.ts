import {
  type DeviceSample,
  type SampleCsvOptions,
  sampleCsvHead,
  sampleCsvLine,
  type TelemetryFormat,
} from '@heliograph/protocol'

export type StreamedFormat = Exclude<TelemetryFormat, 'json'>

export interface Serialization {
  contentType: string
  head: string
  line(sample: DeviceSample): string
}

/** How samples become text: lines of CSV, or a JSON object a line. With `ofDevices` each line names its device. */
export function serialization(format: StreamedFormat, options: SampleCsvOptions): Serialization {
  if (format === 'ndjson') return options.ofDevices ? { ...ndjson, line: json } : ndjson
  return {
    contentType: 'text/csv; charset=utf-8; header=present',
    head: sampleCsvHead(options),
    line: (sample) => sampleCsvLine(sample, options),
  }
}

const json = (sample: DeviceSample) => `${JSON.stringify(sample)}\n`

const ndjson: Serialization = {
  contentType: 'application/x-ndjson; charset=utf-8',
  head: '',
  line: ({ key, ts, value }) => `${JSON.stringify({ key, ts, value })}\n`,
}
