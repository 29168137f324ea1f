import type { AuditEntry } from '@heliograph/protocol'

/** A row of the audit as it is read. */
export interface AuditRow {
  id: string
  at: Date
  actor: string
  actorName: string | null
  actorRole: string | null
  behindId: string | null
  behindName: string | null
  action: string
  target: string
  before: AuditEntry['before']
  after: AuditEntry['after']
  detail: AuditEntry['detail']
  sessionId: string | null
  address: string | null
  userAgent: string | null
  requestId: string | null
}

const kinds = { person: 'person', key: 'apiKey', platform: 'platform', unknown: 'unknown' } as const

export function toAuditEntry(row: AuditRow): AuditEntry {
  const { at, actor, actorName, actorRole, behindId, behindName, ...rest } = row
  const [kind = 'platform', id = null] = actor.split(':', 2)
  return {
    ...rest,
    at: at.toISOString(),
    actor: {
      kind: kinds[kind as keyof typeof kinds],
      id,
      name: actorName,
      role: actorRole,
      behind: behindId === null ? null : { id: behindId, name: behindName ?? behindId },
    },
  }
}
