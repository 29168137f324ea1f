import type { DeviceStatus, Overview } from '@heliograph/protocol'
import { Injectable } from '@nestjs/common'
import type { Principal } from '../../foundation/principal/principal.js'
import { deviceTables, statusSql } from '../../registry/devices/device-row.js'
import { ListReader } from '../../registry/lists/list-reader.js'
import { RefusalLog } from '../incidents/refusal-log.js'
import { SlowConsumers } from '../incidents/slow-consumers.js'
import { StoreStatus } from './store-status.js'

/** The overview of a caller with a tag limit: of the devices that it sees, and of nothing else. */
@Injectable()
export class LimitedOverview {
  constructor(
    private readonly lists: ListReader,
    private readonly refusals: RefusalLog,
    private readonly slow: SlowConsumers,
    private readonly store: StoreStatus,
  ) {}

  async read(principal: Principal & { tags: readonly string[] }): Promise<Overview> {
    const { organizationId } = principal
    const { statuses, online } = await this.count(principal)
    const slow = this.slow.list(organizationId)
    const concerned = [
      ...this.refusals.devicesOf(organizationId),
      ...slow.flatMap(({ device }) => device ?? []),
    ]
    const seen = await this.seenOf(principal, concerned)
    // One moment for all, so that the counts are those of the list.
    const atMs = performance.now()
    const recent = this.refusals.recentOf(organizationId, seen, atMs)
    const slowConsumers = slow.filter(({ device }) => device !== null && seen.has(device))
    return {
      fleet: {
        ts: Date.now(),
        devices: Object.values(statuses).reduce((sum, count) => sum + count, 0),
        online,
        messagesPerSecond: null,
        samplesPerSecond: null,
        statuses,
        refusals: recent.counts,
        slowConsumers: {
          connections: slowConsumers.length,
          droppedMessages: slowConsumers.reduce((sum, { droppedMessages }) => sum + droppedMessages, 0),
        },
        storage: null,
        store: this.store.current,
      },
      traffic: [],
      refusals: recent.refusals,
      furtherRefusals: recent.furtherRefusals,
      slowConsumers,
    }
  }

  private async count(principal: Principal) {
    const { organizationId, tags } = principal
    const rows = await this.lists.rows<{ status: DeviceStatus; devices: number; online: number }>(
      principal,
      countSql,
      [organizationId, new Date(), tags],
    )
    const statuses = { online: 0, quiet: 0, offline: 0, never: 0 }
    for (const { status, devices } of rows) statuses[status] = devices
    return { statuses, online: rows.reduce((sum, row) => sum + row.online, 0) }
  }

  private async seenOf(principal: Principal, devices: readonly string[]): Promise<Set<string>> {
    if (devices.length === 0) return new Set()
    const { organizationId, tags } = principal
    const rows = await this.lists.rows<{ id: string }>(principal, seenSql, [organizationId, devices, tags])
    return new Set(rows.map(({ id }) => id))
  }
}

const countSql = `
  SELECT ${statusSql('$2')} AS status, count(*)::int AS devices,
    (count(*) FILTER (WHERE a.connected))::int AS online
  FROM ${deviceTables} WHERE d.organization_id = $1 AND d.tags && $3::text[] GROUP BY 1`

const seenSql =
  'SELECT id FROM device WHERE organization_id = $1 AND id = ANY($2::text[]) AND tags && $3::text[]'
