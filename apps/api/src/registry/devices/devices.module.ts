import { Module } from '@nestjs/common'
import { ListsModule } from '../lists/lists.module.js'
import { PresenceModule } from '../presence/presence.module.js'
import { DeviceLookup } from './device-lookup.js'
import { DevicesController } from './devices.controller.js'
import { DevicesService } from './devices.service.js'
import { ListDevicesService } from './list-devices.service.js'
import { PresenceHistory } from './presence-history.js'

@Module({
  imports: [PresenceModule, ListsModule],
  controllers: [DevicesController],
  providers: [DevicesService, ListDevicesService, PresenceHistory, DeviceLookup],
  exports: [DeviceLookup],
})
export class DevicesModule {}
