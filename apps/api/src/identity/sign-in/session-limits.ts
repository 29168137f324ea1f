import { LimitSet } from '../../foundation/limits/stated-limits.js'

/** Sign-in sessions that a person may have. */
export const sessionLimits = new LimitSet('sessions', 'Sign-in sessions', {
  perPerson: {
    default: 50,
    unit: 'count',
    per: 'owner',
    text: 'sign-in sessions of a person',
    past: 'the oldest ends',
  },
})

/** Passkeys that a person may have. */
export const passkeyLimits = new LimitSet('passkeys', 'Passkeys', {
  perPerson: {
    default: 20,
    unit: 'count',
    per: 'owner',
    text: 'passkeys of a person',
    past: '409 `too_many_passkeys`',
  },
})
