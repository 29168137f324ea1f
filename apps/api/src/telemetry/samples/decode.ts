import { PayloadError, type TimedValues, telemetry, timedValues } from '@heliograph/protocol'
import { mayHoldLargeIntegers, parseExactIntegers } from './exact-integers.js'
import { RefusedError } from './sample.js'

export interface DecodedTelemetry {
  records: TimedValues[]
  /** The same records, with integers that a double cannot hold as marked text; null: there are none. */
  exact: TimedValues[] | null
}

/** Reads a payload of any accepted shape. Throws a RefusedError that says where and why it is not valid. */
export function decode(payload: Buffer): DecodedTelemetry {
  const records = bySchema(payload)
  const text = payload.toString()
  return { records, exact: mayHoldLargeIntegers(text) ? exactRecords(text) : null }
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
