import {
  LatestOfDevices,
  ReadLatestOfDevices,
  ReadTelemetryOfDevices,
  TelemetryOfDevicesPage,
} from '@heliograph/protocol'
import { Controller, Get, Headers, Query, Res, type StreamableFile } from '@nestjs/common'
import { ApiOperation, ApiTags } from '@nestjs/swagger'
import type { FastifyReply } from 'fastify'
import type { Principal } from '../../foundation/principal/principal.js'
import { ApiOrganization, CurrentPrincipal, RequirePermission } from '../../http/access/decorators.js'
import { ApiProblems, ApiResult } from '../../http/requests/api-result.js'
import { ApiHistory, historyDescription } from './api-history.js'
import { HistoryAnswers } from './history-answers.js'
import { LatestService } from './latest/latest.service.js'
import { parseDevices } from './query/history-query.js'

@ApiTags('Telemetry')
@ApiOrganization()
@Controller('api/v1/telemetry')
export class DevicesTelemetryController {
  constructor(
    private readonly history: HistoryAnswers,
    private readonly latestValues: LatestService,
  ) {}

  @Get('latest')
  @RequirePermission('telemetry.read')
  @ApiOperation({ summary: 'The last value of each key of many devices' })
  @ApiResult(200, LatestOfDevices, 'By device, then key')
  @ApiProblems(400, 401, 403, 404, 413, 503)
  latest(
    @CurrentPrincipal() principal: Principal,
    @Query({ schema: ReadLatestOfDevices }) query: ReadLatestOfDevices,
  ): Promise<LatestOfDevices> {
    return this.latestValues.ofDevices(principal, query)
  }

  @Get()
  @RequirePermission('telemetry.read')
  @ApiOperation({ summary: 'Read history of many devices', description: historyDescription })
  @ApiHistory(TelemetryOfDevicesPage, 'A page; or all points, or aggregates, of the range')
  @ApiProblems(400, 401, 403, 404, 413, 429, 503)
  read(
    @CurrentPrincipal() principal: Principal,
    @Query({ schema: ReadTelemetryOfDevices })
    { devices, organization: _, ...query }: ReadTelemetryOfDevices,
    @Headers('accept') accept: string | undefined,
    @Res({ passthrough: true }) { raw: response }: FastifyReply,
  ): Promise<TelemetryOfDevicesPage | StreamableFile> {
    const file = { name: 'telemetry', ofDevices: true }
    return this.history.answer(principal, parseDevices(devices), { query, accept, response }, file)
  }
}
