import type { ListAudit } from '@heliograph/protocol'
import { parseTime } from '@heliograph/protocol'
import { z } from 'zod'
import { escapeLike } from '../../foundation/database/escape-like.js'
import { InvalidError } from '../../foundation/errors/domain-errors.js'
import { decodeCursor, encodeCursor } from '../../foundation/paging/cursor.js'
import type { AuditRow } from './audit-row.js'

export type AuditFilters = Omit<ListAudit, 'cursor' | 'limit'>

/** The statement that reads rows of one organization's audit, newest first. Each filter has an index with that order. */
export function auditStatement(
  organizationId: number,
  { actor, action, target, from, to, search }: AuditFilters,
  { cursor, limit }: { cursor?: string | undefined; limit: number },
): { text: string; values: unknown[] } {
  const values: unknown[] = []
  const bind = (value: unknown) => `$${values.push(value)}`
  const conditions = [`organization_id = ${bind(organizationId)}`]
  if (actor !== undefined) conditions.push(`actor = ${bind(actor)}`)
  if (action !== undefined) conditions.push(`action = ${bind(action)}`)
  if (target !== undefined)
    conditions.push(`(target = ${bind(target)} OR target LIKE ${bind(`${escapeLike(target)}/%`)})`)
  if (from !== undefined) conditions.push(`at >= ${bind(timeOf('from', from))}`)
  if (to !== undefined) conditions.push(`at < ${bind(timeOf('to', to))}`)
  if (search !== undefined)
    conditions.push(
      `search_text LIKE (lower(${bind(`%${escapeLike(search)}%`)}::text COLLATE "natural_order") COLLATE "C")`,
    )
  if (cursor !== undefined) {
    const [at, id] = decodeCursor(Place, cursor)
    conditions.push(`(at, id) < (${bind(at)}::timestamptz, ${bind(id)}::bigint)`)
  }
  const text = `
    SELECT id::text, at, actor, actor_name AS "actorName", actor_role AS "actorRole", behind_id AS "behindId",
      behind_name AS "behindName", action, target, before, after, detail, session_id AS "sessionId", address,
      user_agent AS "userAgent", request_id AS "requestId"
    FROM audit_row WHERE ${conditions.join(' AND ')} ORDER BY audit_row.at DESC, audit_row.id DESC LIMIT ${bind(limit)}`
  return { text, values }
}

/** The cursor of what comes after a row. */
export function cursorAfter({ at, id }: AuditRow): string {
  return encodeCursor([at.toISOString(), id])
}

/** PostgreSQL has no year 0. */
const Place = z.tuple([z.iso.datetime().regex(/^(?!0000)/), z.string().regex(/^\d{1,18}$/)])

function timeOf(path: string, text: string): Date {
  // A plus that a link did not encode arrives as a space.
  const ms = parseTime(text.replace(/^ /, '+'), Date.now())
  if (ms !== null && Math.abs(ms) <= latestMs) return new Date(ms)
  const message = 'must be epoch milliseconds, RFC 3339, or relative to now: -24h'
  throw new InvalidError(`${path}: ${message}`, 'invalid_query', [{ path, message }])
}

/** The end of the year 9999, which is the last that RFC 3339 can say. */
const latestMs = 253_402_300_799_999
