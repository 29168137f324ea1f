import type { AuditEntry, AuditPage, ListAudit } from '@heliograph/protocol'
import { Injectable } from '@nestjs/common'
import type { Principal } from '../../foundation/principal/principal.js'
import { ListReader } from '../../registry/lists/list-reader.js'
import { type AuditRow, toAuditEntry } from './audit-row.js'
import { type AuditFilters, auditStatement, cursorAfter } from './audit-statement.js'

const defaultLimit = 50

/** So many rows of a file are held in memory. */
const rowsPerChunk = 500

/** Reads the audit of an organization, newest first: a page, or all of it. */
@Injectable()
export class AuditService {
  constructor(private readonly lists: ListReader) {}

  async list(
    principal: Principal,
    { cursor, limit = defaultLimit, ...filters }: ListAudit,
  ): Promise<AuditPage> {
    const rows = await this.read(principal, filters, { cursor, limit: limit + 1 })
    const page = rows.slice(0, limit)
    const last = page.at(-1)
    const hasMore = rows.length > limit && last !== undefined
    return { items: page.map(toAuditEntry), nextCursor: hasMore ? cursorAfter(last) : null }
  }

  /**
   * All rows, in chunks that are read when they are asked for; no connection is held in between. The first one is read
   * before this resolves, so that a bad filter is refused.
   */
  async stream(principal: Principal, filters: AuditFilters): Promise<AsyncIterable<readonly AuditEntry[]>> {
    const first = await this.read(principal, filters, { limit: rowsPerChunk })
    return this.chunksFrom(principal, filters, first)
  }

  private async *chunksFrom(principal: Principal, filters: AuditFilters, first: AuditRow[]) {
    for (let rows = first; ; ) {
      yield rows.map(toAuditEntry)
      const last = rows.at(-1)
      if (last === undefined || rows.length < rowsPerChunk) return
      rows = await this.read(principal, filters, { cursor: cursorAfter(last), limit: rowsPerChunk })
    }
  }

  private read(
    principal: Principal,
    filters: AuditFilters,
    place: { cursor?: string | undefined; limit: number },
  ): Promise<AuditRow[]> {
    const { text, values } = auditStatement(principal.organizationId, filters, place)
    return this.lists.rows<AuditRow>(principal, text, values)
  }
}
