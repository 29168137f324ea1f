import { type DeviceStatus, type StatusCounts } from '@heliograph/protocol'
import { Injectable } from '@nestjs/common'
import { Database } from '../../foundation/database/database.service.js'
import { QueryCache } from '../../foundation/database/query-cache.js'
import { deviceTables, statusSql } from '../../registry/devices/device-row.js'
import { StoreStatus } from './store-status.js'

/** Counting takes at most a twentieth of the time: 100,000 devices are counted every few seconds, ten each second. */
const pauseFactor = 20
const minPauseMs = 1_000

/** Counts the devices of an organization by status. */
@Injectable()
export class DeviceCounts {
  private readonly counts = new QueryCache<number, StatusCounts>(
    (organizationId) => this.count(organizationId),
    (tookMs) => Math.max(minPauseMs, tookMs * pauseFactor),
  )

  constructor(
    private readonly database: Database,
    private readonly store: StoreStatus,
  ) {}

  /** The last counts. Starts counting again when it is due. */
  latest(organizationId: number): StatusCounts | null {
    return this.counts.latest(organizationId)
  }

  /** The last counts, or new ones when counting is due. Rejects when the database does not answer. */
  current(organizationId: number): Promise<StatusCounts> {
    return this.counts.current(organizationId)
  }

  private async query(organizationId: number) {
    const values = [organizationId, new Date()]
    const { rows } = await this.database.pools.background.query<{ status: DeviceStatus; devices: number }>(
      countSql,
      values,
    )
    return rows
  }

  private async count(organizationId: number): Promise<StatusCounts> {
    const rows = await this.query(organizationId).catch((error: unknown) => {
      this.store.record({ answered: false })
      throw error
    })
    this.store.record({ answered: true })
    const counts = { online: 0, quiet: 0, offline: 0, never: 0 }
    for (const { status, devices } of rows) counts[status] = devices
    return counts
  }
}

export const countSql = `
  SELECT ${statusSql('$2')} AS status, count(*)::int AS devices
  FROM ${deviceTables} WHERE d.organization_id = $1 GROUP BY 1`
