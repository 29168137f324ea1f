import { type ListPresence, type PresencePage, PresenceReason } from '@heliograph/protocol'
import { Injectable } from '@nestjs/common'
import { z } from 'zod'
import { Database } from '../../foundation/database/database.service.js'
import { decodeCursor, encodeCursor } from '../../foundation/paging/cursor.js'
import type { Principal } from '../../foundation/principal/principal.js'
import { DeviceLookup } from './device-lookup.js'

const defaultLimit = 50
const PresenceCursor = z.tuple([z.string().regex(/^\d{1,18}$/)])

/** Lists when a device connected and disconnected, newest first. */
@Injectable()
export class PresenceHistory {
  constructor(
    private readonly database: Database,
    private readonly devices: DeviceLookup,
  ) {}

  async list(principal: Principal, deviceId: string, query: ListPresence): Promise<PresencePage> {
    const limit = query.limit ?? defaultLimit
    const before = query.cursor === undefined ? null : decodeCursor(PresenceCursor, query.cursor)[0]
    const device = await this.devices.find(principal, deviceId)
    const rows = await this.database.prisma.presenceChange.findMany({
      where: { deviceKey: device.key, ...(before === null ? {} : { id: { lt: BigInt(before) } }) },
      orderBy: { id: 'desc' },
      take: limit + 1,
    })
    const page = rows.slice(0, limit)
    const last = page.at(-1)
    return {
      items: page.map(({ at, online, reason }) => ({
        ts: at.toISOString(),
        online,
        reason: PresenceReason.catch(online ? 'connected' : 'connection_lost').parse(reason),
      })),
      nextCursor: rows.length > limit && last !== undefined ? encodeCursor([String(last.id)]) : null,
    }
  }
}
