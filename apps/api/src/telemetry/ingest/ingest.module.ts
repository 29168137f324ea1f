import { Module } from '@nestjs/common'
import { CredentialsModule } from '../../registry/credentials/credentials.module.js'
import { NoticesModule } from '../../registry/notices/notices.module.js'
import { PresenceModule } from '../../registry/presence/presence.module.js'
import { RetentionModule } from '../retention/retention.module.js'
import { StoreState } from '../storage/store-state.js'
import { UsageModule } from '../usage/usage.module.js'
import { HttpIngestService } from './http-ingest.service.js'
import { IngestController } from './ingest.controller.js'
import { IngestService } from './ingest.service.js'
import { IngestLatency } from './ingest-latency.js'
import { Traffic } from './traffic.js'

@Module({
  imports: [CredentialsModule, NoticesModule, PresenceModule, RetentionModule, UsageModule],
  controllers: [IngestController],
  providers: [IngestService, HttpIngestService, StoreState, Traffic, IngestLatency],
  exports: [IngestService, StoreState, Traffic, IngestLatency],
})
export class IngestModule {}
