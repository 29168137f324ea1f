import { runningLimits } from '../../foundation/concurrency/concurrency-limits.js'

/** Files of the audit are written for as long as a client reads them, and each keeps a chunk of rows in memory. */
export const auditExportLimits = runningLimits({
  area: 'auditExports',
  title: 'Files of the audit',
  what: 'files',
  limits: { perCaller: 2, perOrganization: 4, inAll: 16 },
  past: '429 `too_many_exports` of a caller, 503 `busy` of the others, with `Retry-After`',
})
