import { Module } from '@nestjs/common'
import { PresenceModule } from '../../registry/presence/presence.module.js'
import { IngestModule } from '../../telemetry/ingest/ingest.module.js'
import { IncidentsModule } from '../incidents/incidents.module.js'
import { DeviceCounts } from './device-counts.js'
import { OverviewController } from './overview.controller.js'
import { OverviewService } from './overview.service.js'
import { StorageEstimator } from './storage-estimator.js'
import { StoreStatus } from './store-status.js'
import { TrafficRates } from './traffic-rates.js'

@Module({
  imports: [IncidentsModule, IngestModule, PresenceModule],
  controllers: [OverviewController],
  providers: [DeviceCounts, OverviewService, StorageEstimator, StoreStatus, TrafficRates],
  exports: [OverviewService, TrafficRates],
})
export class OverviewModule {}
