import { LimitSet } from '../../foundation/limits/stated-limits.js'

/** Keys of telemetry. Each of a device has a row with its newest value, and each name is kept for good. */
export const keyLimits = new LimitSet('keys', 'Keys of telemetry', {
  perDevice: {
    default: 1_000,
    unit: 'count',
    per: 'owner',
    text: 'different keys of a device',
    past: 'the message is refused, with the notice `payload_invalid`',
  },
  perOrganization: {
    default: 1_000_000,
    unit: 'count',
    per: 'organization',
    text: 'keys of all its devices; a commit may pass it by what it holds',
    past: 'messages with keys that are new to their device are refused, with the notice `quota`; others are stored',
  },
})
