import type { FleetCounts, Overview } from '@heliograph/protocol'
import { Injectable, Logger } from '@nestjs/common'
import type { Principal } from '../../foundation/principal/principal.js'
import { PresenceService } from '../../registry/presence/presence.service.js'
import { StorageEstimator } from '../../telemetry/usage/storage-estimator.js'
import { RefusalLog } from '../incidents/refusal-log.js'
import { SlowConsumers } from '../incidents/slow-consumers.js'
import { DeviceCounts } from './device-counts.js'
import { LimitedOverview } from './limited-overview.js'
import { StoreStatus } from './store-status.js'
import { TrafficRates } from './traffic-rates.js'

/** The overview of an organization. Devices and storage come from the database, all other numbers from memory. */
@Injectable()
export class OverviewService {
  private readonly logger = new Logger(OverviewService.name)

  constructor(
    private readonly presence: PresenceService,
    private readonly rates: TrafficRates,
    private readonly devices: DeviceCounts,
    private readonly storage: StorageEstimator,
    private readonly refusals: RefusalLog,
    private readonly slow: SlowConsumers,
    private readonly store: StoreStatus,
    private readonly limited: LimitedOverview,
  ) {}

  async read(principal: Principal): Promise<Overview> {
    const { organizationId, tags } = principal
    if (tags !== null) return this.limited.read({ ...principal, tags })
    await this.refresh(organizationId)
    // One moment for all, so that the counts are those of the list.
    const atMs = performance.now()
    return {
      fleet: this.counts(organizationId, atMs),
      traffic: this.rates.history(organizationId),
      ...this.refusals.recent(organizationId, atMs),
      slowConsumers: this.slow.list(organizationId),
    }
  }

  /** The counts as last known, without waiting for the database. */
  counts(organizationId: number, atMs = performance.now()): FleetCounts {
    const statuses = this.devices.latest(organizationId)
    return {
      ts: Date.now(),
      devices: statuses === null ? 0 : Object.values(statuses).reduce((sum, count) => sum + count, 0),
      online: this.presence.tracker.onlineCount(organizationId),
      ...this.rates.now(organizationId),
      statuses,
      refusals: this.refusals.counts(organizationId, atMs),
      slowConsumers: this.slow.summary(organizationId),
      storage: this.storage.latest(organizationId),
      store: this.store.current,
    }
  }

  private async refresh(organizationId: number): Promise<void> {
    const results = await Promise.allSettled([
      this.devices.current(organizationId),
      this.storage.current(organizationId),
    ])
    for (const result of results)
      if (result.status === 'rejected') this.logger.debug(`counts were not refreshed: ${result.reason}`)
  }
}
