import { concurrencyLimits } from '../../foundation/concurrency/concurrency-limits.js'

/** Requests of people and API keys to REST. Telemetry over HTTP is not among them: it has the ingest quota. */
export const restLimits = concurrencyLimits({
  area: 'rest',
  title: 'REST requests of people and API keys',
  what: 'requests',
  limits: {
    perCaller: 8,
    perOrganization: 16,
    inAll: 64,
    waitingPerCaller: 128,
    waitingPerOrganization: 256,
    waitingInAll: 1_024,
    waitMs: 10_000,
  },
})
