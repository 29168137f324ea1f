import { PayloadError, type TimedValues, telemetry, timedValues } from '@heliograph/protocol'
import { RefusedError } from './sample.js'

/** Reads a payload of any accepted shape. Throws a RefusedError that says where and why it is none. */
export function decode(payload: Uint8Array): TimedValues[] {
  try {
    return timedValues(telemetry.decode(payload))
  } catch (error) {
    if (!(error instanceof PayloadError)) throw error
    throw new RefusedError({ code: 'payload_invalid', detail: error.message })
  }
}
