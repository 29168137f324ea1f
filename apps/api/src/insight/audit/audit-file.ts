import { type AuditEntry, csvLine } from '@heliograph/protocol'
import type { LineFormat } from '../../http/requests/streamed-file.js'

/** How the audit is written into files: a line of CSV a change, or the JSON object of it. */
export const auditFile: Record<'csv' | 'ndjson', LineFormat<AuditEntry>> = {
  csv: {
    contentType: 'text/csv; charset=utf-8; header=present',
    head: csvLine([
      'time',
      'actor kind',
      'actor id',
      'actor',
      'role',
      'on behalf of',
      'action',
      'target',
      'before',
      'after',
      'detail',
      'session',
      'address',
      'user agent',
      'request id',
    ]),
    line: ({ at, actor, action, target, before, after, detail, sessionId, address, userAgent, requestId }) =>
      csvLine([
        at,
        actor.kind,
        actor.id,
        actor.name,
        actor.role,
        actor.behind?.name ?? null,
        action,
        target,
        before,
        after,
        detail,
        sessionId,
        address,
        userAgent,
        requestId,
      ]),
  },
  ndjson: {
    contentType: 'application/x-ndjson; charset=utf-8',
    head: '',
    line: (entry) => `${JSON.stringify(entry)}\n`,
  },
}
