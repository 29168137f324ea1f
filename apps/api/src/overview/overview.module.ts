import { Module } from '@nestjs/common'
import { IngestModule } from '../ingest/ingest.module.js'
import { PresenceModule } from '../presence/presence.module.js'
import { DeviceCounts } from './device-counts.js'
import { OverviewController } from './overview.controller.js'
import { OverviewService } from './overview.service.js'
import { SlowConsumers } from './slow-consumers.js'
import { StorageEstimator } from './storage-estimator.js'
import { StoreWatch } from './store-watch.js'
import { TrafficRates } from './traffic-rates.js'
import { WaitingConsumers } from './waiting.js'

@Module({
  imports: [IngestModule, PresenceModule],
  controllers: [OverviewController],
  providers: [
    DeviceCounts,
    OverviewService,
    SlowConsumers,
    StorageEstimator,
    StoreWatch,
    TrafficRates,
    WaitingConsumers,
  ],
  exports: [OverviewService, SlowConsumers, TrafficRates, WaitingConsumers],
})
export class OverviewModule {}
