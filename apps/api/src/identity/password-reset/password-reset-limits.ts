import { LimitSet } from '../../foundation/limits/stated-limits.js'

/** Requests for a link by which somebody sets a new password. */
export const passwordResetLimits = new LimitSet('passwordReset', 'Links for a new password', {
  perAddress: {
    default: 20,
    unit: 'count',
    per: 'address',
    text: 'links that an address may ask for at once; one more each three minutes',
    past: '429 `rate_limited`, for known and unknown accounts alike',
  },
  perAccountAndAddress: {
    default: 3,
    unit: 'count',
    per: 'address',
    text: 'links for one account that an address may ask for at once; one more each 20 minutes',
    past: '429 `rate_limited`, for known and unknown accounts alike',
  },
  waiting: {
    default: 1_000,
    unit: 'count',
    per: 'platform',
    text: 'requests that were accepted and are not looked up yet',
    past: '503 `busy`',
  },
})
