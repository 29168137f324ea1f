import {
  checkJsonBounds,
  type JsonBounds,
  type MeasuredValues,
  PayloadError,
  payloadText,
  telemetry,
  timedValues,
} from '@heliograph/protocol'
import { mayHoldLargeIntegers, parseExactIntegers } from './exact-integers.js'
import { RefusedError } from './sample.js'

export interface DecodedTelemetry {
  records: MeasuredValues[]
  /** The same records, with integers that a double cannot hold as marked text; null: there are none. */
  exact: MeasuredValues[] | null
}

/** Reads a payload of any accepted shape. Throws a RefusedError that says where and why it is not valid. */
export function decode(payload: Buffer, bounds: JsonBounds): DecodedTelemetry {
  try {
    checkJsonBounds(payload, bounds)
    const text = payloadText(payload)
    const records = timedValues(telemetry.decodeText(text))
    return { records, exact: records.some(holdsLargeIntegers) ? exactRecords(text) : null }
  } catch (error) {
    if (!(error instanceof PayloadError)) throw error
    const { message, malformed } = error
    throw new RefusedError({ code: 'payload_invalid', detail: message, malformed })
  }
}

/** Times are no values: in microseconds they have 16 digits, and nothing is lost. */
function holdsLargeIntegers({ values }: MeasuredValues): boolean {
  for (const key in values) if (mayHoldLargeIntegers(values[key])) return true
  return false
}

/** The text is known to be telemetry, and marking integers does not change its shape. */
function exactRecords(text: string): MeasuredValues[] {
  return timedValues(parseExactIntegers(text) as Parameters<typeof timedValues>[0])
}
