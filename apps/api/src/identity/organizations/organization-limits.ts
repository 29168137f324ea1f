import { LimitSet } from '../../foundation/limits/stated-limits.js'

/** How many organizations there may be, and what each may have. */
export const organizationLimits = new LimitSet('organization', 'Organizations', {
  perPerson: {
    default: 1_000,
    unit: 'count',
    per: 'owner',
    text: 'organizations of which a person is a member, when they create another',
    past: '409 `quota_exceeded`',
  },
})
