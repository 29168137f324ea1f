import { CreateMqttToken, MqttToken } from '@heliograph/protocol'
import { Body, Controller, Post } from '@nestjs/common'
import { ApiOperation, ApiTags } from '@nestjs/swagger'
import { Addresses } from '../../foundation/addresses/addresses.js'
import type { Principal } from '../../foundation/principal/principal.js'
import { ApiOrganization, CurrentPrincipal, RequirePermission } from '../../http/access/decorators.js'
import type { Client } from '../../http/front-door/client.js'
import { ApiProblems, ApiResult } from '../../http/requests/api-result.js'
import { CurrentClient } from '../../http/requests/current-client.js'
import { TokenService } from './token.service.js'

@ApiTags('MQTT')
@ApiOrganization()
@Controller('api/v1/mqtt/tokens')
export class TokensController {
  constructor(
    private readonly tokens: TokenService,
    private readonly addresses: Addresses,
  ) {}

  @Post()
  @RequirePermission('topics.subscribe')
  @ApiOperation({
    summary: 'Create an MQTT token, a short-lived password',
    description:
      'The caller may subscribe to the requested filters; by default to all topics of the organization. With the `clientId` of a live connection of the caller, that connection gets the new filters and the new end without reconnecting.',
  })
  @ApiResult(201, MqttToken, 'How to connect')
  @ApiProblems(400, 401, 403, 409, 429)
  async create(
    @CurrentPrincipal() principal: Principal,
    @CurrentClient() client: Client,
    @Body({ schema: CreateMqttToken }) input: CreateMqttToken,
  ): Promise<MqttToken> {
    const { expiresAt, ...token } = await this.tokens.issue(principal, input)
    return { url: this.addresses.urls(client).ws, ...token, expiresAt: expiresAt.toISOString() }
  }
}
