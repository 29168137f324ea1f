import { LimitSet } from '../../foundation/limits/stated-limits.js'

/** How much is kept of when a device connected and disconnected. */
export const presenceLimits = new LimitSet('presence', 'The presence history', {
  rowsPerMinute: {
    default: 60,
    unit: 'count',
    per: 'owner',
    text: 'changes of the presence of a device within a minute that get a row each',
    past: 'the others of that minute share one row, which counts them',
  },
  rows: {
    default: 10_000,
    unit: 'count',
    per: 'owner',
    text: 'rows of the presence history of a device',
    past: 'the oldest are deleted',
  },
  days: {
    default: 90,
    unit: 'days',
    per: 'owner',
    text: 'how long a row of the presence history is kept; the newest of each device always is',
    past: 'it is deleted',
  },
})
