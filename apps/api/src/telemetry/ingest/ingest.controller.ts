import { DeviceId, IngestResult } from '@heliograph/protocol'
import { Controller, Headers, Param, Post, Req, UnsupportedMediaTypeException } from '@nestjs/common'
import { ApiBasicAuth, ApiBody, ApiOperation, ApiTags } from '@nestjs/swagger'
import type { FastifyRequest } from 'fastify'
import { Public } from '../../http/access/decorators.js'
import { ApiProblems, ApiResult } from '../../http/requests/api-result.js'
import { jsonTextOf } from '../../http/requests/json-text.js'
import { HttpIngestService } from './http-ingest.service.js'

@ApiTags('Telemetry')
@Controller('api/v1/devices/:device/telemetry')
export class IngestController {
  constructor(private readonly ingest: HttpIngestService) {}

  @Post()
  @Public()
  @ApiBasicAuth()
  @ApiOperation({
    summary: 'Send telemetry',
    description: 'With the device’s own credential (Basic). The answer 200 means that it is stored.',
  })
  @ApiBody({
    description: 'Values by key; {"ts": milliseconds, "values": {…}}; or an array of up to 1,000 of these',
    schema: { example: { temperature: 21.5 } },
  })
  @ApiResult(200, IngestResult, 'How many samples were stored')
  @ApiProblems(400, 401, 403, 404, 413, 415, 422, 503)
  async send(
    @Param('device', { schema: DeviceId }) deviceId: string,
    @Headers('authorization') authorization: string | undefined,
    @Headers('content-type') contentType: string | undefined,
    @Req() request: FastifyRequest,
  ): Promise<IngestResult> {
    const device = await this.ingest.authenticate(authorization, deviceId)
    if (!/^application\/(?:[\w.+-]+\+)?json\b/i.test(contentType ?? ''))
      throw new UnsupportedMediaTypeException()
    return { samples: await this.ingest.store(device, jsonTextOf(request)) }
  }
}
