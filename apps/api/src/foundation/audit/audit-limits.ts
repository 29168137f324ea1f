import { LimitSet } from '../limits/stated-limits.js'

/** How much of the audit is kept. */
export const auditLimits = new LimitSet('audit', 'The audit', {
  days: {
    default: 400,
    unit: 'days',
    per: 'organization',
    text: 'how long a row of the audit is kept',
    past: 'it is deleted',
  },
  rows: {
    default: 1_000_000,
    unit: 'count',
    per: 'organization',
    text: 'rows of the audit; those of the last day are kept all the same',
    past: 'the oldest twentieth is deleted, which the audit records as `audit.trim` and the log tells',
  },
})
