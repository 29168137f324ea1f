import { Module } from '@nestjs/common'
import { DeviceLookup } from './device-lookup.js'
import { DevicesController } from './devices.controller.js'
import { DevicesService } from './devices.service.js'
import { ListDevicesService } from './list-devices.service.js'
import { PresenceHistory } from './presence-history.js'

@Module({
  controllers: [DevicesController],
  providers: [DevicesService, ListDevicesService, PresenceHistory, DeviceLookup],
  exports: [DeviceLookup],
})
export class DevicesModule {}
