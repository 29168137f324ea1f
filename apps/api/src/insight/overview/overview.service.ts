import type { FleetCounts, Overview } from '@heliograph/protocol'
import { Injectable, Logger } from '@nestjs/common'
import type { Principal } from '../../foundation/principal/principal.js'
import { PresenceService } from '../../registry/presence/presence.service.js'
import { RefusalLog } from '../incidents/refusal-log.js'
import { SlowConsumers } from '../incidents/slow-consumers.js'
import { DeviceCounts } from './device-counts.js'
import { StorageEstimator } from './storage-estimator.js'
import { StoreWatch } from './store-watch.js'
import { TrafficRates } from './traffic-rates.js'

/** How an organization fares, in numbers. All but devices and storage is counted in memory. */
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
    private readonly store: StoreWatch,
  ) {}

  async read({ organizationId }: Principal): Promise<Overview> {
    await this.refresh(organizationId)
    return {
      fleet: this.counts(organizationId),
      traffic: this.rates.history(organizationId),
      refusals: this.refusals.recent(organizationId),
      slowConsumers: this.slow.list(organizationId),
    }
  }

  /** The counts as they are known now. Waits for nothing: while the database is away, the last are the best there are. */
  counts(organizationId: number): FleetCounts {
    const statuses = this.devices.latest(organizationId)
    return {
      ts: Date.now(),
      devices: statuses === null ? 0 : Object.values(statuses).reduce((sum, count) => sum + count, 0),
      online: this.presence.tracker.onlineCount(organizationId),
      ...this.rates.now(organizationId),
      statuses,
      refusals: this.refusals.counts(organizationId),
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
      if (result.status === 'rejected') this.logger.debug(`the last counts stay: ${result.reason}`)
  }
}
