import { concurrencyLimits } from '../../foundation/concurrency/concurrency-limits.js'
import { LimitSet } from '../../foundation/limits/stated-limits.js'

/** MQTT tokens that a sign-in session or an API key may have. They live five minutes. */
export const tokenLimits = new LimitSet('tokens', 'MQTT tokens', {
  perOwner: {
    default: 500,
    unit: 'count',
    per: 'owner',
    text: 'MQTT tokens of a sign-in session or an API key that have not ended',
    past: '429 `too_many_tokens` with `Retry-After`',
  },
  limitedDevices: {
    default: 1_000,
    unit: 'count',
    per: 'request',
    text: 'devices of a token that names none, of a caller with a tag limit',
    past: '400 `too_many_devices`: name devices, 64 in a request',
  },
})

/** Fewer at a time than there are connections for the registry. */
export const tokenRequestLimits = concurrencyLimits({
  area: 'tokenRequests',
  title: 'Requests for MQTT tokens',
  what: 'requests for a token',
  limits: {
    perCaller: 2,
    perOrganization: 3,
    inAll: 4,
    waitingPerCaller: 32,
    waitingPerOrganization: 64,
    waitingInAll: 256,
    waitMs: 10_000,
  },
})
