import { type GivenLimits, LimitSet } from '../../foundation/limits/stated-limits.js'

/** Links for a new password, or for another e-mail address. */
export const accountLinkLimits = new LimitSet('accountLinks', 'Links of accounts', {
  open: {
    default: 3,
    unit: 'count',
    per: 'owner',
    text: 'links of one kind that can still be used',
    past: 'no further mail is sent: those that were sent still work',
  },
  lifeMs: {
    default: 3_600_000,
    unit: 'ms',
    per: 'owner',
    text: 'how long a link works',
    past: 'it has expired, and another one has to be asked for',
  },
})

const longestMs = 30 * 86_400_000

/** How long a link works; a month at most, also where the limit is turned off. */
export function linkLifeMs(given: GivenLimits): number {
  return Math.min(accountLinkLimits.values(given).lifeMs, longestMs)
}
