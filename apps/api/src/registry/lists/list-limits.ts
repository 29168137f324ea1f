import { concurrencyLimits } from '../../foundation/concurrency/concurrency-limits.js'

/** Of the connections for lists one is free for others, whatever one organization searches. */
export const listLimits = concurrencyLimits({
  area: 'lists',
  title: 'Lists and searches of the registry',
  what: 'lists',
  limits: {
    perCaller: 2,
    perOrganization: 3,
    inAll: 4,
    waitingPerCaller: 32,
    waitingPerOrganization: 64,
    waitingInAll: 256,
    waitMs: 10_000,
  },
})
