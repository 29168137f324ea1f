import { concurrencyLimits } from '../../../foundation/concurrency/concurrency-limits.js'

/** Of the connections for history some are free for others, whatever one organization reads. */
export const historyLimits = concurrencyLimits({
  area: 'history',
  title: 'Reads of history and latest values',
  what: 'reads',
  limits: {
    perCaller: 3,
    perOrganization: 4,
    inAll: 6,
    waitingPerCaller: 32,
    waitingPerOrganization: 64,
    waitingInAll: 256,
    waitMs: 10_000,
  },
})
