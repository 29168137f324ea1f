import { Module } from '@nestjs/common'
import { MessagingModule } from '../../messaging/host/messaging.module.js'
import { CredentialsModule } from '../../registry/credentials/credentials.module.js'
import { ConsumerBacklogs } from './consumer-backlogs.js'
import { IncidentRecorder } from './incident-recorder.js'
import { RefusalLog } from './refusal-log.js'
import { SlowConsumers } from './slow-consumers.js'

@Module({
  imports: [MessagingModule, CredentialsModule],
  providers: [IncidentRecorder, RefusalLog, SlowConsumers, ConsumerBacklogs],
  exports: [RefusalLog, SlowConsumers],
})
export class IncidentsModule {}
