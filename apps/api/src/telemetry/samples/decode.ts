import { PayloadError, plainTelemetry, type TimedValues, telemetry, timedValues } from '@heliograph/protocol'
import { mayHoldLargeIntegers, parseExactIntegers } from './exact-integers.js'
import { RefusedError } from './sample.js'

export interface DecodedTelemetry {
  records: TimedValues[]
  /** The same records, with integers that a double cannot hold as marked text; null: there are none. */
  exact: TimedValues[] | null
}

/** Reads a payload of any accepted shape. Throws a RefusedError that says where and why it is not valid. */
export function decode(payload: Buffer): DecodedTelemetry {
  const text = payload.toString()
  const records = plain(text) ?? bySchema(payload)
  return { records, exact: mayHoldLargeIntegers(text) ? exactRecords(text) : null }
}

/** The fast path for usual payloads. Bytes that are not UTF-8 became U+FFFD and are left to the schema. */
function plain(text: string): TimedValues[] | null {
  if (text.includes('\ufffd')) return null
  try {
    return plainTelemetry(JSON.parse(text))
  } catch {
    return null
  }
}

function bySchema(payload: Buffer): TimedValues[] {
  try {
    return timedValues(telemetry.decode(payload))
  } catch (error) {
    if (!(error instanceof PayloadError)) throw error
    throw new RefusedError({ code: 'payload_invalid', detail: error.message })
  }
}

/** The text is known to be telemetry, and marking integers does not change its shape. */
function exactRecords(text: string): TimedValues[] {
  return timedValues(parseExactIntegers(text) as Parameters<typeof timedValues>[0])
}
