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
  mailedPerDay: {
    default: 200,
    unit: 'count',
    per: 'organization',
    text: 'invitations with an address that are mailed in 24 hours',
    past: 'the invitation is made and not mailed: its link can be copied',
  },
  unconfirmed: {
    default: 5,
    unit: 'count',
    per: 'organization',
    text: 'new accounts for one invitation that wait for their mail to be opened, within an hour',
    past: '429 `rate_limited`',
  },
  takenAddresses: {
    default: 3,
    unit: 'count',
    per: 'organization',
    text: 'addresses with an account that one invitation may be tried with where no mail is sent; one more each hour',
    past: '429 `rate_limited`',
  },
  endedDays: {
    default: 30,
    unit: 'days',
    per: 'organization',
    text: 'how long they are kept after they would have expired',
    past: 'they are deleted',
  },
})
