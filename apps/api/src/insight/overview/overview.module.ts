import { Module } from '@nestjs/common'
import { ListsModule } from '../../registry/lists/lists.module.js'
import { PresenceModule } from '../../registry/presence/presence.module.js'
import { IngestModule } from '../../telemetry/ingest/ingest.module.js'
import { UsageModule } from '../../telemetry/usage/usage.module.js'
import { IncidentsModule } from '../incidents/incidents.module.js'
import { DeviceCounts } from './device-counts.js'
import { LimitedOverview } from './limited-overview.js'
import { OverviewController } from './overview.controller.js'
import { OverviewService } from './overview.service.js'
import { StoreStatus } from './store-status.js'
import { TrafficRates } from './traffic-rates.js'

@Module({
  imports: [IncidentsModule, IngestModule, ListsModule, PresenceModule, UsageModule],
  controllers: [OverviewController],
  providers: [DeviceCounts, LimitedOverview, OverviewService, StoreStatus, TrafficRates],
  exports: [OverviewService, TrafficRates],
})
export class OverviewModule {}
