import { Module } from '@nestjs/common'
import { Notices } from '../mqtt/notices.js'
import { PlatformPublisher } from '../mqtt/platform-publisher.js'
import { RefusalLog } from '../overview/refusal-log.js'
import { ActivityService } from './activity.service.js'
import { PresenceService } from './presence.service.js'

@Module({
  providers: [PresenceService, ActivityService, PlatformPublisher, Notices, RefusalLog],
  exports: [PresenceService, ActivityService, PlatformPublisher, Notices, RefusalLog],
})
export class PresenceModule {}
