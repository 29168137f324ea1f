import { LimitSet } from '../../foundation/limits/stated-limits.js'

/** Applications that an organization may have. Their connections have the limits of MQTT, with each as an owner. */
export const applicationLimits = new LimitSet('applications', 'Applications', {
  perOrganization: {
    default: 1_000,
    unit: 'count',
    per: 'organization',
    text: 'applications',
    past: '409 `too_many_applications`',
  },
})
