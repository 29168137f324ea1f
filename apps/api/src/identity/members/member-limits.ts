import { LimitSet } from '../../foundation/limits/stated-limits.js'

/** People of an organization. */
export const memberLimits = new LimitSet('members', 'Members', {
  perOrganization: {
    default: 1_000,
    unit: 'count',
    per: 'organization',
    text: 'members',
    past: '409 `too_many_members` for who accepts an invitation',
  },
})
