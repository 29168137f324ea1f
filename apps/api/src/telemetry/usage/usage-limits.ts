import { LimitSet } from '../../foundation/limits/stated-limits.js'

/** How long is kept what organizations sent on each day. */
export const usageLimits = new LimitSet('usage', 'The use of organizations', {
  days: {
    default: 400,
    unit: 'days',
    per: 'organization',
    text: 'how long the counts of a day are kept',
    past: 'they are deleted',
  },
})
