import { LimitSet } from '../../foundation/limits/stated-limits.js'

/** Credentials that a device may have. */
export const credentialLimits = new LimitSet('credentials', 'Credentials of devices', {
  perDevice: {
    default: 100,
    unit: 'count',
    per: 'owner',
    text: 'credentials of a device',
    past: '409 `too_many_credentials`',
  },
})
