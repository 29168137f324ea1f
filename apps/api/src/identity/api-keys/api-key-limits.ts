import { LimitSet } from '../../foundation/limits/stated-limits.js'

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
