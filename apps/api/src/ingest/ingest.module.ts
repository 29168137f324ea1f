import { Module } from '@nestjs/common'
import { CredentialsModule } from '../credentials/credentials.module.js'
import { PresenceModule } from '../presence/presence.module.js'
import { HttpIngestService } from './http-ingest.service.js'
import { IngestController } from './ingest.controller.js'
import { IngestService } from './ingest.service.js'
import { RetentionService } from './retention.service.js'
import { StoreState } from './store-state.js'
import { Traffic } from './traffic.js'

@Module({
  imports: [PresenceModule, CredentialsModule],
  controllers: [IngestController],
  providers: [IngestService, HttpIngestService, RetentionService, StoreState, Traffic],
  exports: [IngestService, StoreState, Traffic],
})
export class IngestModule {}
