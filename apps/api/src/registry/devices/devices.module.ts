import { Module } from '@nestjs/common'
import { OrganizationsModule } from '../../identity/organizations/organizations.module.js'
import { ListsModule } from '../lists/lists.module.js'
import { PresenceModule } from '../presence/presence.module.js'
import { DeviceLookup } from './device-lookup.js'
import { DeviceQuota } from './device-quota.js'
import { DevicesController } from './devices.controller.js'
import { DevicesService } from './devices.service.js'
import { ListDevicesService } from './list-devices.service.js'
import { PresenceHistory } from './presence-history.js'

@Module({
  imports: [ListsModule, OrganizationsModule, PresenceModule],
  controllers: [DevicesController],
  providers: [DevicesService, ListDevicesService, PresenceHistory, DeviceLookup, DeviceQuota],
  exports: [DeviceLookup],
})
export class DevicesModule {}
