import { DeviceId, LatestTelemetry, ReadLatest, ReadTelemetry, TelemetryPage } from '@heliograph/protocol'
import { Controller, Get, Headers, Param, Query, type StreamableFile } from '@nestjs/common'
import { ApiOperation, ApiTags } from '@nestjs/swagger'
import { ApiProblems, ApiResult } from '../http/api-result.js'
import { ApiOrganization, CurrentPrincipal } from '../principal/decorators.js'
import type { Principal } from '../principal/principal.js'
import { ApiHistory, historyDescription } from './api-history.js'
import { chooseFormat } from './formats/choose-format.js'
import { streamedFile } from './formats/streamed-file.js'
import { LatestService } from './latest.service.js'
import { TelemetryService } from './telemetry.service.js'

@ApiTags('Telemetry')
@ApiOrganization()
@Controller('api/v1/devices/:device/telemetry')
export class TelemetryController {
  constructor(
    private readonly telemetry: TelemetryService,
    private readonly latestValues: LatestService,
  ) {}

  @Get('latest')
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
  @ApiOperation({ summary: 'Read history', description: historyDescription })
  @ApiHistory(TelemetryPage, 'A page; or all points, or aggregates, of the range')
  @ApiProblems(400, 401, 403, 404, 413, 503)
  async read(
    @CurrentPrincipal() principal: Principal,
    @Param('device', { schema: DeviceId }) device: string,
    @Query({ schema: ReadTelemetry }) { format: named, ...query }: ReadTelemetry,
    @Headers('accept') accept: string | undefined,
  ): Promise<TelemetryPage | StreamableFile> {
    const format = chooseFormat(named, accept)
    if (format === 'json') return this.telemetry.read(principal, [device], query)
    const chunks = await this.telemetry.stream(principal, [device], query)
    return streamedFile(chunks, format, { name: `${device}-telemetry`, ofDevices: false })
  }
}
