import { PlatformInfo } from '@heliograph/protocol'
import { Controller, Get, Inject } from '@nestjs/common'
import { ApiOperation, ApiTags } from '@nestjs/swagger'
import { Addresses } from '../../foundation/addresses/addresses.js'
import { CONFIG, type Config } from '../../foundation/config/config.js'
import { version } from '../../foundation/config/version.js'
import { AnyCaller } from '../access/decorators.js'
import type { Client } from '../front-door/client.js'
import { ApiProblems, ApiResult } from '../requests/api-result.js'
import { CurrentClient } from '../requests/current-client.js'

@ApiTags('Platform')
@AnyCaller()
@Controller('api/v1/platform')
export class PlatformController {
  constructor(
    @Inject(CONFIG) private readonly config: Config,
    private readonly addresses: Addresses,
  ) {}

  @Get()
  @ApiOperation({ summary: 'Read the version of the platform and its addresses' })
  @ApiResult(200, PlatformInfo, 'Version and addresses')
  @ApiProblems(401)
  read(@CurrentClient() client: Client): PlatformInfo {
    return { version, urls: this.addresses.urls(client), loopbackOnly: this.config.loopbackOnly }
  }
}
