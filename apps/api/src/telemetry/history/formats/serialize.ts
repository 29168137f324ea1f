import type { DeviceSample, TelemetryFormat } from '@heliograph/protocol'

export type StreamedFormat = Exclude<TelemetryFormat, 'json'>

export interface Serialization {
  contentType: string
  head: string
  line(sample: DeviceSample): string
}

/** How samples become text: CSV by RFC 4180, or a JSON object a line. `ofDevices`: each line names its device. */
export function serialization(format: StreamedFormat, { ofDevices }: { ofDevices: boolean }): Serialization {
  if (format === 'ndjson') return ofDevices ? { ...ndjson, line: json } : ndjson
  return {
    contentType: 'text/csv; charset=utf-8; header=present',
    head: ofDevices ? 'time,ts,device,key,value\r\n' : 'time,ts,key,value\r\n',
    line: ({ device, key, ts, value }) => {
      const owner = ofDevices ? `${device},` : ''
      return `${timeText(ts)},${ts},${owner}${field(guarded(key))},${field(cell(value))}\r\n`
    },
  }
}

const json = (sample: DeviceSample) => `${JSON.stringify(sample)}\n`

const ndjson: Serialization = {
  contentType: 'application/x-ndjson; charset=utf-8',
  head: '',
  line: ({ key, ts, value }) => `${JSON.stringify({ key, ts, value })}\n`,
}

/** RFC 3339 in UTC, with the microseconds if there are any. */
function timeText(ts: number): string {
  const ms = Math.floor(ts)
  const us = Math.round((ts - ms) * 1_000)
  const text = new Date(ms).toISOString()
  return us === 0 ? text : `${text.slice(0, -1)}${String(us).padStart(3, '0')}Z`
}

/** Text as it is, null as an empty cell, and everything else as JSON. */
function cell(value: DeviceSample['value']): string {
  if (typeof value === 'string') return guarded(value)
  return value === null ? '' : JSON.stringify(value)
}

/** The characters with which a formula of a spreadsheet begins, also in full width (OWASP, CSV Injection). */
const formula = /^[=+\-@\t\r\n\uFF1D\uFF0B\uFF0D\uFF20]/
const number = /^[+-]?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?$/

/** Puts an apostrophe in front of text that a spreadsheet would run as a formula. Digits of large integers stay as they are. */
function guarded(text: string): string {
  return formula.test(text) && !number.test(text) ? `'${text}` : text
}

function field(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}
