import {
  DeviceId,
  fileNameOf,
  LatestTelemetry,
  ReadLatest,
  ReadTelemetry,
  TelemetryPage,
} from '@heliograph/protocol'
import { Controller, Get, Headers, Param, Query, Res, type StreamableFile } from '@nestjs/common'
import { ApiOperation, ApiTags } from '@nestjs/swagger'
import type { FastifyReply } from 'fastify'
import type { Principal } from '../../foundation/principal/principal.js'
import { ApiOrganization, CurrentPrincipal, RequirePermission } from '../../http/access/decorators.js'
import { ApiProblems, ApiResult } from '../../http/requests/api-result.js'
import { ApiHistory, historyDescription } from './api-history.js'
import { HistoryAnswers } from './history-answers.js'
import { LatestService } from './latest/latest.service.js'

@ApiTags('Telemetry')
@ApiOrganization()
@Controller('api/v1/devices/:device/telemetry')
export class TelemetryController {
  constructor(
    private readonly history: HistoryAnswers,
    private readonly latestValues: LatestService,
  ) {}

  @Get('latest')
  @RequirePermission('telemetry.read')
  @ApiOperation({ summary: 'The last value of each key' })
  @ApiResult(200, LatestTelemetry, 'By key')
  @ApiProblems(400, 401, 403, 404, 413, 503)
  latest(
    @CurrentPrincipal() principal: Principal,
    @Param('device', { schema: DeviceId }) device: string,
    @Query({ schema: ReadLatest }) query: ReadLatest,
  ): Promise<LatestTelemetry> {
    return this.latestValues.ofDevice(principal, device, query)
  }

  @Get()
  @RequirePermission('telemetry.read')
  @ApiOperation({ summary: 'Read history', description: historyDescription })
  @ApiHistory(TelemetryPage, 'A page; or all points, or aggregates, of the range')
  @ApiProblems(400, 401, 403, 404, 413, 429, 503)
  read(
    @CurrentPrincipal() principal: Principal,
    @Param('device', { schema: DeviceId }) device: string,
    @Query({ schema: ReadTelemetry }) { organization: _, ...query }: ReadTelemetry,
    @Headers('accept') accept: string | undefined,
    @Res({ passthrough: true }) { raw: response }: FastifyReply,
  ): Promise<TelemetryPage | StreamableFile> {
    const file = { name: fileNameOf(device, '-telemetry'), ofDevices: false }
    return this.history.answer(principal, [device], { query, accept, response }, file)
  }
}
