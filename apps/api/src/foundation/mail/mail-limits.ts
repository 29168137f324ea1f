import { type GivenLimits, LimitSet } from '../limits/stated-limits.js'

/** Mail that waits to be sent. */
export const mailLimits = new LimitSet('mail', 'Mail', {
  waiting: {
    default: 1_000,
    unit: 'count',
    per: 'platform',
    text: 'mails that wait to be sent',
    past: 'no further one is queued: an invitation has its link to copy, and a link for a new password can be asked for again',
  },
  sending: {
    default: 4,
    unit: 'count',
    per: 'platform',
    text: 'mails that are being sent at the same time',
    past: 'others wait',
  },
  serverMs: {
    default: 30_000,
    unit: 'ms',
    per: 'message',
    text: 'how long the mail server may be silent',
    past: 'the mail is tried again, after half a minute first, then after twice as long each time, an hour at most',
  },
})

/** The limits as PostgreSQL and timers take them: whole numbers, also where one is turned off. */
export function wholeMailLimits(given: GivenLimits): Record<keyof typeof most, number> {
  const { waiting, sending, serverMs } = mailLimits.values(given)
  const whole = (value: number, name: keyof typeof most) =>
    Math.max(1, Math.floor(Math.min(value, most[name])))
  return {
    waiting: whole(waiting, 'waiting'),
    sending: whole(sending, 'sending'),
    serverMs: whole(serverMs, 'serverMs'),
  }
}

const most = { waiting: 1_000_000_000, sending: 100, serverMs: 2_147_483_647 }
