import { DeviceId, IngestResult } from '@heliograph/protocol'
import { Controller, Headers, Param, Post, Req } from '@nestjs/common'
import { ApiBasicAuth, ApiBody, ApiOperation, ApiTags } from '@nestjs/swagger'
import type { FastifyRequest } from 'fastify'
import { Public } from '../../http/access/decorators.js'
import type { Client } from '../../http/front-door/client.js'
import { ApiProblems, ApiResult } from '../../http/requests/api-result.js'
import { RawBody, rawBodyOf } from '../../http/requests/body.js'
import { CurrentClient } from '../../http/requests/current-client.js'
import { HttpIngestService } from './http-ingest.service.js'

@ApiTags('Telemetry')
@Controller('api/v1/devices/:device/telemetry')
export class IngestController {
  constructor(private readonly ingest: HttpIngestService) {}

  @Post()
  @Public()
  @RawBody()
  @ApiBasicAuth()
  @ApiOperation({
    summary: 'Send telemetry',
    description:
      'With the device’s own credential (Basic). The answer 200 means that it is stored. The body is JSON in UTF-8 whatever its content type, and may be compressed: Content-Encoding gzip or deflate.',
  })
  @ApiBody({
    description:
      'Values by key; {"ts": …, "values": {…}} with a time as the telemetry channel takes it; or an array of up to 1,000 of these, of which an empty one only says that the device is there',
    schema: { example: { temperature: 21.5 } },
  })
  @ApiResult(200, IngestResult, 'How many samples were stored')
  @ApiProblems(400, 401, 403, 404, 413, 415, 422, 503)
  async send(
    @Param('device', { schema: DeviceId }) deviceId: string,
    @Headers('authorization') authorization: string | undefined,
    @Headers('content-encoding') contentEncoding: string | undefined,
    @CurrentClient() client: Client,
    @Req() request: FastifyRequest,
  ): Promise<IngestResult> {
    const device = await this.ingest.authenticate(authorization, deviceId, client.address)
    return this.ingest.store(device, rawBodyOf(request), contentEncoding)
  }
}
