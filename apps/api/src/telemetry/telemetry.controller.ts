import { DeviceId, LatestTelemetry, ReadTelemetry, TelemetryPage } from '@heliograph/protocol'
import { Controller, Get, Param, Query } from '@nestjs/common'
import { ApiOperation, ApiTags } from '@nestjs/swagger'
import { ApiProblems, ApiResult } from '../http/api-result.js'
import { ApiOrganization, CurrentPrincipal } from '../principal/decorators.js'
import type { Principal } from '../principal/principal.js'
import { TelemetryService } from './telemetry.service.js'

@ApiTags('Telemetry')
@ApiOrganization()
@Controller('api/v1/devices/:device/telemetry')
export class TelemetryController {
  constructor(private readonly telemetry: TelemetryService) {}

  @Get('latest')
  @ApiOperation({ summary: 'The last value of each key' })
  @ApiResult(200, LatestTelemetry, 'By key')
  @ApiProblems(401, 403, 404)
  latest(
    @CurrentPrincipal() principal: Principal,
    @Param('device', { schema: DeviceId }) deviceId: string,
  ): Promise<LatestTelemetry> {
    return this.telemetry.latest(principal, deviceId)
  }

  @Get()
  @ApiOperation({ summary: 'Read history', description: 'Ascending by time, then key.' })
  @ApiResult(200, TelemetryPage, 'A page')
  @ApiProblems(400, 401, 403, 404)
  read(
    @CurrentPrincipal() principal: Principal,
    @Param('device', { schema: DeviceId }) deviceId: string,
    @Query({ schema: ReadTelemetry }) query: ReadTelemetry,
  ): Promise<TelemetryPage> {
    return this.telemetry.read(principal, deviceId, query)
  }
}
