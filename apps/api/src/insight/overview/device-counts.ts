import { type DeviceStatus, type StatusCounts } from '@heliograph/protocol'
import { Injectable } from '@nestjs/common'
import { Database } from '../../foundation/database/database.service.js'
import { deviceTables, statusSql } from '../../registry/devices/device-row.js'
import { Paced } from './paced.js'
import { StoreWatch } from './store-watch.js'

/** Counting may take a twentieth of the time: 100,000 devices are counted every few seconds, ten each second. */
const dutyCycle = 20
const leastMs = 1_000

/** How many devices of an organization are in which state. */
@Injectable()
export class DeviceCounts {
  private readonly counts = new Paced<number, StatusCounts>(
    (organizationId) => this.count(organizationId),
    (tookMs) => Math.max(leastMs, tookMs * dutyCycle),
  )

  constructor(
    private readonly database: Database,
    private readonly store: StoreWatch,
  ) {}

  /** The last counts; starts counting anew when it is time. */
  latest(organizationId: number): StatusCounts | null {
    return this.counts.latest(organizationId)
  }

  /** Counts of this moment, or as young as is affordable. Rejects when the database does not answer. */
  current(organizationId: number): Promise<StatusCounts> {
    return this.counts.current(organizationId)
  }

  private async query(organizationId: number) {
    const values = [organizationId, new Date()]
    const { rows } = await this.database.pool.query<{ status: DeviceStatus; devices: number }>(
      countSql,
      values,
    )
    return rows
  }

  private async count(organizationId: number): Promise<StatusCounts> {
    const rows = await this.query(organizationId).catch((error: unknown) => {
      this.store.tell(false)
      throw error
    })
    this.store.tell(true)
    const counts = { online: 0, quiet: 0, offline: 0, never: 0 }
    for (const { status, devices } of rows) counts[status] = devices
    return counts
  }
}

export const countSql = `
  SELECT ${statusSql('$2')} AS status, count(*)::int AS devices
  FROM ${deviceTables} WHERE d.organization_id = $1 GROUP BY 1`
