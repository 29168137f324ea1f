import type { AuditEntry, AuditPage, ListAudit } from '@heliograph/protocol'
import { Injectable } from '@nestjs/common'
import { platformAudit } from '../../foundation/audit/audit-log.js'
import type { Share } from '../../foundation/concurrency/concurrency-limiter.js'
import { type Person, type Principal, shareOf, shareOfPerson } from '../../foundation/principal/principal.js'
import { ListReader } from '../../registry/lists/list-reader.js'
import { type AuditRow, toAuditEntry } from './audit-row.js'
import { type AuditFilters, auditStatement, cursorAfter } from './audit-statement.js'

const defaultLimit = 50

/** So many rows of a file are held in memory. */
const rowsPerChunk = 500

/** Which audit is read, and whose share of the platform that takes. */
export interface AuditScope {
  organizationId: number
  share: Share
}

export function auditOfOrganization(principal: Principal): AuditScope {
  return { organizationId: principal.organizationId, share: shareOf(principal) }
}

/** Of rows that belong to no organization. Whoever asks for it has decided which of them the person may read. */
export function auditOfPlatform(person: Person): AuditScope {
  return { organizationId: platformAudit, share: shareOfPerson(person) }
}

/** Reads the audit of an organization, or of the platform itself, newest first: a page, or all of it. */
@Injectable()
export class AuditService {
  constructor(private readonly lists: ListReader) {}

  async list(scope: AuditScope, { cursor, limit = defaultLimit, ...filters }: ListAudit): Promise<AuditPage> {
    const rows = await this.read(scope, filters, { cursor, limit: limit + 1 })
    const page = rows.slice(0, limit)
    const last = page.at(-1)
    const hasMore = rows.length > limit && last !== undefined
    return { items: page.map(toAuditEntry), nextCursor: hasMore ? cursorAfter(last) : null }
  }

  /**
   * All rows, in chunks that are read when they are asked for; no connection is held in between. The first one is read
   * before this resolves, so that a bad filter is refused.
   */
  async stream(scope: AuditScope, filters: AuditFilters): Promise<AsyncIterable<readonly AuditEntry[]>> {
    const first = await this.read(scope, filters, { limit: rowsPerChunk })
    return this.chunksFrom(scope, filters, first)
  }

  private async *chunksFrom(scope: AuditScope, filters: AuditFilters, first: AuditRow[]) {
    for (let rows = first; ; ) {
      yield rows.map(toAuditEntry)
      const last = rows.at(-1)
      if (last === undefined || rows.length < rowsPerChunk) return
      rows = await this.read(scope, filters, { cursor: cursorAfter(last), limit: rowsPerChunk })
    }
  }

  private read(
    { organizationId, share }: AuditScope,
    filters: AuditFilters,
    place: { cursor?: string | undefined; limit: number },
  ): Promise<AuditRow[]> {
    const { text, values } = auditStatement(organizationId, filters, place)
    return this.lists.rowsFor<AuditRow>(share, text, values)
  }
}
