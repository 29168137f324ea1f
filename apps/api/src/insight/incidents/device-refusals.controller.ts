import { DeviceId, ListRefusals, RefusalPage } from '@heliograph/protocol'
import { Controller, Get, Param, Query } from '@nestjs/common'
import { ApiOperation, ApiTags } from '@nestjs/swagger'
import type { Principal } from '../../foundation/principal/principal.js'
import { ApiOrganization, CurrentPrincipal, RequirePermission } from '../../http/access/decorators.js'
import { ApiProblems, ApiResult } from '../../http/requests/api-result.js'
import { DeviceRefusalsService } from './device-refusals.service.js'

@ApiTags('Devices')
@ApiOrganization()
@Controller('api/v1/devices/:device/refusals')
export class DeviceRefusalsController {
  constructor(private readonly refusals: DeviceRefusalsService) {}

  @Get()
  @RequirePermission('devices.read')
  @ApiOperation({
    summary: 'List what the device was refused in the last hour',
    description:
      'Connections, topics and payloads over MQTT and HTTP, and take-overs by a duplicate client id. Equal refusals are one item. They are kept in memory, up to 20 different ones of a device, and not over a restart.',
  })
  @ApiResult(200, RefusalPage, 'A page of refusals, newest first')
  @ApiProblems(400, 401, 403, 404)
  list(
    @CurrentPrincipal() principal: Principal,
    @Param('device', { schema: DeviceId }) device: string,
    @Query({ schema: ListRefusals }) query: ListRefusals,
  ): Promise<RefusalPage> {
    return this.refusals.list(principal, device, query)
  }
}
