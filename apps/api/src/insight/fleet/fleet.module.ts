import { Module } from '@nestjs/common'
import { MessagingModule } from '../../messaging/host/messaging.module.js'
import { OverviewModule } from '../overview/overview.module.js'
import { FleetPublisher } from './fleet-publisher.js'

@Module({ imports: [MessagingModule, OverviewModule], providers: [FleetPublisher] })
export class FleetModule {}
