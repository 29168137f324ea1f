import {
  type DeviceSample,
  type SampleCsvOptions,
  sampleCsvHead,
  sampleCsvLine,
  type TelemetryFormat,
} from '@heliograph/protocol'
import type { LineFormat } from '../../../http/requests/streamed-file.js'

export type StreamedFormat = Exclude<TelemetryFormat, 'json'>

/** How samples become text: lines of CSV, or a JSON object a line. With `ofDevices` each line names its device. */
export function serialization(format: StreamedFormat, options: SampleCsvOptions): LineFormat<DeviceSample> {
  if (format === 'ndjson') return options.ofDevices ? { ...ndjson, line: json } : ndjson
  return {
    contentType: 'text/csv; charset=utf-8; header=present',
    head: sampleCsvHead(options),
    line: (sample) => sampleCsvLine(sample, options),
  }
}

const json = (sample: DeviceSample) => `${JSON.stringify(sample)}\n`

const ndjson: LineFormat<DeviceSample> = {
  contentType: 'application/x-ndjson; charset=utf-8',
  head: '',
  line: ({ key, ts, value }) => `${JSON.stringify({ key, ts, value })}\n`,
}
