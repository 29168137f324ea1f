import { LimitSet } from '../../foundation/limits/stated-limits.js'

/** Requests of one API key to REST. */
export const apiKeyRequestLimits = new LimitSet('apiKeyRequests', 'Requests of an API key', {
  perMinute: {
    default: 30_000,
    unit: 'count',
    per: 'owner',
    text: 'requests of an API key to REST in a minute',
    past: '429 `rate_limited` with `Retry-After`',
  },
  burst: {
    default: 5_000,
    unit: 'count',
    per: 'owner',
    text: 'requests of an API key to REST that may come faster than that, one after the other',
    past: '429 `rate_limited` with `Retry-After`',
  },
})

/** API keys that an organization may have. */
export const apiKeyLimits = new LimitSet('apiKeys', 'API keys', {
  perOrganization: {
    default: 1_000,
    unit: 'count',
    per: 'organization',
    text: 'API keys',
    past: '409 `too_many_api_keys`',
  },
})
