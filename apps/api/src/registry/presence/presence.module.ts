import { Module } from '@nestjs/common'
import { ActivityService } from './activity.service.js'
import { PresenceService } from './presence.service.js'
import { PresenceRetention } from './presence-retention.js'

@Module({
  providers: [PresenceService, ActivityService, PresenceRetention],
  exports: [PresenceService, ActivityService],
})
export class PresenceModule {}
