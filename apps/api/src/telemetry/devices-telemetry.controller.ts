import {
  LatestOfDevices,
  ReadLatestOfDevices,
  ReadTelemetryOfDevices,
  TelemetryOfDevicesPage,
} from '@heliograph/protocol'
import { Controller, Get, Headers, Query, type StreamableFile } from '@nestjs/common'
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
@Controller('api/v1/telemetry')
export class DevicesTelemetryController {
  constructor(
    private readonly telemetry: TelemetryService,
    private readonly latestValues: LatestService,
  ) {}

  @Get('latest')
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
  @ApiOperation({ summary: 'Read history of many devices', description: historyDescription })
  @ApiHistory(TelemetryOfDevicesPage, 'A page; or all points, or aggregates, of the range')
  @ApiProblems(400, 401, 403, 404, 413, 503)
  async read(
    @CurrentPrincipal() principal: Principal,
    @Query({ schema: ReadTelemetryOfDevices }) { devices, format: named, ...query }: ReadTelemetryOfDevices,
    @Headers('accept') accept: string | undefined,
  ): Promise<TelemetryOfDevicesPage | StreamableFile> {
    const ids = this.telemetry.devicesOf(devices)
    const format = chooseFormat(named, accept)
    if (format === 'json') return this.telemetry.read(principal, ids, query)
    const chunks = await this.telemetry.stream(principal, ids, query)
    return streamedFile(chunks, format, { name: 'telemetry', ofDevices: true })
  }
}
