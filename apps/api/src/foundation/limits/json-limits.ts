import { LimitSet } from './stated-limits.js'

const past =
  'it is refused before it is parsed: a device gets the notice `payload_invalid`, HTTP 422 `json_too_complex`; telemetry over HTTP 422 `payload_invalid`'

/** What one JSON text from a client may hold, as a message of a device or as the body of a request. */
export const jsonLimits = new LimitSet('json', 'JSON', {
  depth: { default: 80, unit: 'count', per: 'message', text: 'levels of nesting', past },
  keys: { default: 1_000, unit: 'count', per: 'message', text: 'keys of one object', past },
  values: {
    default: 50_000,
    unit: 'count',
    per: 'message',
    text: 'values in all, arrays and objects included',
    past,
  },
})
