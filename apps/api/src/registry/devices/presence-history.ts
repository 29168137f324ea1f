import { type ListPresence, type PresencePage, PresenceReason } from '@heliograph/protocol'
import { Injectable } from '@nestjs/common'
import { z } from 'zod'
import { decodeCursor, encodeCursor } from '../../foundation/paging/cursor.js'
import type { Principal } from '../../foundation/principal/principal.js'
import { ListReader } from '../lists/list-reader.js'
import { PresenceService } from '../presence/presence.service.js'
import { DeviceLookup } from './device-lookup.js'

const defaultLimit = 50
const PresenceCursor = z.tuple([z.string().regex(/^\d{1,18}$/)])

/** Lists when a device connected and disconnected, newest first. */
@Injectable()
export class PresenceHistory {
  constructor(
    private readonly lists: ListReader,
    private readonly devices: DeviceLookup,
    private readonly presence: PresenceService,
  ) {}

  async list(principal: Principal, deviceId: string, query: ListPresence): Promise<PresencePage> {
    const limit = query.limit ?? defaultLimit
    const before = query.cursor === undefined ? null : decodeCursor(PresenceCursor, query.cursor)[0]
    const device = await this.devices.find(principal, deviceId)
    const rows = await this.lists.rows<Row>(principal, historySql, [device.key, before, limit + 1])
    const page = rows.slice(0, limit)
    const last = page.at(-1)
    return {
      items: page.map(({ at, online, reason, takeOvers, foldedChanges }) => ({
        ts: at.toISOString(),
        online,
        reason: PresenceReason.catch(online ? 'connected' : 'connection_lost').parse(reason),
        foldedChanges,
        // What goes on now is written when it ends.
        takeOvers: takeOvers ?? (online ? this.presence.tracker.takeOvers(device.key) : 0),
      })),
      nextCursor: rows.length > limit && last !== undefined ? encodeCursor([last.id]) : null,
    }
  }
}

interface Row {
  id: string
  at: Date
  online: boolean
  reason: string
  foldedChanges: number
  /** Until the next change; null when there is none yet. */
  takeOvers: number | null
}

/** Take-overs are stored with the change that ended the time in which they happened. */
const historySql = `
  SELECT id, at, online, reason, folded_changes AS "foldedChanges", (
    SELECT next.take_overs FROM presence_change next
    WHERE next.device_key = change.device_key AND next.id > change.id ORDER BY next.id LIMIT 1
  ) AS "takeOvers"
  FROM presence_change change
  WHERE device_key = $1 AND ($2::bigint IS NULL OR id < $2)
  ORDER BY id DESC LIMIT $3`
