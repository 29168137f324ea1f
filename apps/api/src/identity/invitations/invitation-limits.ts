import { LimitSet } from '../../foundation/limits/stated-limits.js'

/** Invitations of an organization. */
export const invitationLimits = new LimitSet('invitations', 'Invitations', {
  open: {
    default: 200,
    unit: 'count',
    per: 'organization',
    text: 'invitations that can still be accepted',
    past: '409 `too_many_invitations`',
  },
  ended: {
    default: 1_000,
    unit: 'count',
    per: 'organization',
    text: 'invitations that were accepted or revoked or have expired, kept so that their links say so',
    past: 'the oldest is deleted, and its link is unknown from then on',
  },
  endedDays: {
    default: 30,
    unit: 'days',
    per: 'organization',
    text: 'how long they are kept after they would have expired',
    past: 'they are deleted',
  },
})
