import { concurrencyLimits } from '../../foundation/concurrency/concurrency-limits.js'

/**
 * Of the connections for lists two are free for others, whatever one organization searches, and a caller has one: each search
 * keeps one processor of the database busy, and there may be as few as two.
 */
export const listLimits = concurrencyLimits({
  area: 'lists',
  title: 'Lists and searches of the registry',
  what: 'lists',
  limits: {
    perCaller: 1,
    perOrganization: 2,
    inAll: 4,
    waitingPerCaller: 32,
    waitingPerOrganization: 64,
    waitingInAll: 256,
    waitMs: 10_000,
  },
})
