import type { ListSetAside, SetAsideMessage, SetAsidePage } from '@heliograph/protocol'
import { Injectable } from '@nestjs/common'
import { z } from 'zod'
import { AuditLog } from '../../foundation/audit/audit-log.js'
import { Database } from '../../foundation/database/database.service.js'
import { NotFoundError } from '../../foundation/errors/domain-errors.js'
import { decodeCursor, encodeCursor } from '../../foundation/paging/cursor.js'
import type { Principal } from '../../foundation/principal/principal.js'

const defaultLimit = 20

/** Lists and deletes telemetry that could not be stored. */
@Injectable()
export class SetAsideService {
  constructor(
    private readonly database: Database,
    private readonly audit: AuditLog,
  ) {}

  async list({ organizationId }: Principal, query: ListSetAside): Promise<SetAsidePage> {
    const limit = query.limit ?? defaultLimit
    const [before] = query.cursor === undefined ? [null] : decodeCursor(place, query.cursor)
    const { rows } = await this.database.pools.lists.query<Row>(
      `SELECT kept.id::text, device.id AS device, received_at AS "receivedAt", reason, payload,
         payload_bytes AS "payloadBytes"
       FROM telemetry.set_aside AS kept JOIN device ON device.key = device_key
       WHERE kept.organization_id = $1 AND ($2::bigint IS NULL OR kept.id < $2::bigint)
       ORDER BY kept.id DESC LIMIT $3`,
      [organizationId, before, limit + 1],
    )
    const items = rows.slice(0, limit).map(toMessage)
    const last = items.at(-1)
    return { items, nextCursor: rows.length > limit && last !== undefined ? encodeCursor([last.id]) : null }
  }

  async delete(principal: Principal, id: string): Promise<void> {
    await this.database.transaction(async (transaction) => {
      const [deleted] = await transaction.$queryRaw<{ device: string | null }[]>`
        WITH deleted AS (
          DELETE FROM telemetry.set_aside
          WHERE id = ${id}::text::bigint AND organization_id = ${principal.organizationId} RETURNING device_key
        ) SELECT device.id AS device FROM deleted LEFT JOIN device ON device.key = device_key`
      if (deleted === undefined) throw new NotFoundError('This message does not exist.', 'message_not_found')
      await this.audit.record(transaction, principal, {
        action: 'setAside.delete',
        target: `set-aside/${id}`,
        detail: { device: deleted.device },
      })
    })
  }
}

const place = z.tuple([z.string().regex(/^\d{1,18}$/)])

interface Row {
  id: string
  device: string
  receivedAt: Date
  reason: string
  payload: Buffer
  payloadBytes: number
}

function toMessage({ id, device, receivedAt, reason, payload, payloadBytes }: Row): SetAsideMessage {
  return {
    id,
    device,
    receivedAt: receivedAt.toISOString(),
    reason,
    payload: payload.toString(),
    payloadBytes,
    truncated: payload.length < payloadBytes,
  }
}
