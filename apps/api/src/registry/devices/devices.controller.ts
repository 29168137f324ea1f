import {
  CreateDevice,
  Device,
  DeviceId,
  DevicePage,
  ListDevices,
  ListPresence,
  PresencePage,
  UpdateDevice,
} from '@heliograph/protocol'
import { Body, Controller, Delete, Get, Param, Patch, Post, Query } from '@nestjs/common'
import { ApiOperation, ApiTags } from '@nestjs/swagger'
import type { Principal } from '../../foundation/principal/principal.js'
import { ApiOrganization, CurrentPrincipal, RequirePermission } from '../../http/access/decorators.js'
import { ApiNothing, ApiProblems, ApiResult } from '../../http/requests/api-result.js'
import { DevicesService } from './devices.service.js'
import { ListDevicesService } from './list-devices.service.js'
import { PresenceHistory } from './presence-history.js'

@ApiTags('Devices')
@ApiOrganization()
@Controller('api/v1/devices')
export class DevicesController {
  constructor(
    private readonly devices: DevicesService,
    private readonly listing: ListDevicesService,
    private readonly presence: PresenceHistory,
  ) {}

  @Post()
  @RequirePermission('devices.create')
  @ApiOperation({ summary: 'Register a device' })
  @ApiResult(201, Device, 'The device')
  @ApiProblems(400, 401, 403, 409)
  create(
    @CurrentPrincipal() principal: Principal,
    @Body({ schema: CreateDevice }) input: CreateDevice,
  ): Promise<Device> {
    return this.devices.create(principal, input)
  }

  @Get()
  @RequirePermission('devices.read')
  @ApiOperation({ summary: 'List devices' })
  @ApiResult(200, DevicePage, 'A page of devices')
  @ApiProblems(400, 401, 403)
  list(
    @CurrentPrincipal() principal: Principal,
    @Query({ schema: ListDevices }) query: ListDevices,
  ): Promise<DevicePage> {
    return this.listing.list(principal, query)
  }

  @Get(':device')
  @RequirePermission('devices.read')
  @ApiOperation({ summary: 'Read one device' })
  @ApiResult(200, Device, 'The device')
  @ApiProblems(400, 401, 403, 404)
  get(
    @CurrentPrincipal() principal: Principal,
    @Param('device', { schema: DeviceId }) device: string,
  ): Promise<Device> {
    return this.devices.get(principal, device)
  }

  @Patch(':device')
  @RequirePermission('devices.update')
  @ApiOperation({ summary: 'Change a device', description: 'Fields that are not sent keep their value.' })
  @ApiResult(200, Device, 'The changed device')
  @ApiProblems(400, 401, 403, 404)
  update(
    @CurrentPrincipal() principal: Principal,
    @Param('device', { schema: DeviceId }) device: string,
    @Body({ schema: UpdateDevice }) change: UpdateDevice,
  ): Promise<Device> {
    return this.devices.update(principal, device, change)
  }

  @Delete(':device')
  @RequirePermission('devices.delete')
  @ApiOperation({
    summary: 'Delete a device',
    description: 'Its credentials stop working at once and its connections are ended.',
  })
  @ApiNothing('The device was deleted')
  @ApiProblems(400, 401, 403, 404)
  delete(
    @CurrentPrincipal() principal: Principal,
    @Param('device', { schema: DeviceId }) device: string,
  ): Promise<void> {
    return this.devices.delete(principal, device)
  }

  @Get(':device/presence')
  @RequirePermission('devices.read')
  @ApiOperation({ summary: 'List when a device connected and disconnected' })
  @ApiResult(200, PresencePage, 'A page of changes, newest first')
  @ApiProblems(400, 401, 403, 404)
  listPresence(
    @CurrentPrincipal() principal: Principal,
    @Param('device', { schema: DeviceId }) device: string,
    @Query({ schema: ListPresence }) query: ListPresence,
  ): Promise<PresencePage> {
    return this.presence.list(principal, device, query)
  }
}
