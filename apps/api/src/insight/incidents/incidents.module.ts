import { Module } from '@nestjs/common'
import { MessagingModule } from '../../messaging/host/messaging.module.js'
import { ApplicationsModule } from '../../registry/applications/applications.module.js'
import { CredentialsModule } from '../../registry/credentials/credentials.module.js'
import { DevicesModule } from '../../registry/devices/devices.module.js'
import { ConsumerBacklogs } from './consumer-backlogs.js'
import { DeviceRefusalsController } from './device-refusals.controller.js'
import { DeviceRefusalsService } from './device-refusals.service.js'
import { DuplicateClientIds } from './duplicate-client-ids.js'
import { IncidentRecorder } from './incident-recorder.js'
import { RefusalLog } from './refusal-log.js'
import { SlowConsumers } from './slow-consumers.js'

@Module({
  imports: [MessagingModule, ApplicationsModule, CredentialsModule, DevicesModule],
  controllers: [DeviceRefusalsController],
  providers: [
    IncidentRecorder,
    RefusalLog,
    DeviceRefusalsService,
    DuplicateClientIds,
    SlowConsumers,
    ConsumerBacklogs,
  ],
  exports: [RefusalLog, SlowConsumers],
})
export class IncidentsModule {}
