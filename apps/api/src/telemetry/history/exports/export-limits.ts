import { runningLimits } from '../../../foundation/concurrency/concurrency-limits.js'

/** Files of history are written for as long as a client reads them, and each keeps a chunk of samples in memory. */
export const exportLimits = runningLimits({
  area: 'exports',
  title: 'Files of history',
  what: 'files',
  limits: {
    perCaller: 4,
    perOrganization: 16,
    inAll: 32,
  },
  past: '429 `too_many_exports` of a caller, 503 `busy` of the others, with `Retry-After`',
})
