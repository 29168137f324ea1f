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
})
