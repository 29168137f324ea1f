import { Module } from '@nestjs/common'
import { ActivityService } from './activity.service.js'
import { PresenceService } from './presence.service.js'

@Module({ providers: [PresenceService, ActivityService], exports: [PresenceService, ActivityService] })
export class PresenceModule {}
