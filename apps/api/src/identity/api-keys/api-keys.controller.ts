import { ApiKeyPage, CreateApiKey, IssuedApiKey, RotateApiKey } from '@heliograph/protocol'
import { Body, Controller, Delete, Get, Param, Post } from '@nestjs/common'
import { ApiOperation, ApiTags } from '@nestjs/swagger'
import type { Principal } from '../../foundation/principal/principal.js'
import { ApiOrganization, CurrentPrincipal, RequirePermission } from '../../http/access/decorators.js'
import { ApiNothing, ApiProblems, ApiResult } from '../../http/requests/api-result.js'
import { ResourceId } from '../../http/requests/resource-id.js'
import { ApiKeysService } from './api-keys.service.js'

@ApiTags('API keys')
@ApiOrganization()
@Controller('api/v1/api-keys')
export class ApiKeysController {
  constructor(private readonly apiKeys: ApiKeysService) {}

  @Post()
  @RequirePermission('apiKeys.manage')
  @ApiOperation({
    summary: 'Create an API key',
    description:
      'The answer has the key, which is never shown again. A key never does more than its maker, also when the role of that ' +
      'person is lowered later. A key that is made with a key has at most its role and its scopes, and ends with it.',
  })
  @ApiResult(201, IssuedApiKey, 'The API key')
  @ApiProblems(400, 401, 403, 409)
  create(
    @CurrentPrincipal() principal: Principal,
    @Body({ schema: CreateApiKey }) input: CreateApiKey,
  ): Promise<IssuedApiKey> {
    return this.apiKeys.create(principal, input)
  }

  @Get()
  @RequirePermission('apiKeys.manage')
  @ApiOperation({ summary: 'List the API keys' })
  @ApiResult(200, ApiKeyPage, 'All API keys, newest first')
  @ApiProblems(401, 403)
  list(@CurrentPrincipal() principal: Principal): Promise<ApiKeyPage> {
    return this.apiKeys.list(principal)
  }

  @Post(':id/rotate')
  @RequirePermission('apiKeys.manage')
  @ApiOperation({
    summary: 'Rotate an API key: give it a new secret',
    description:
      'The previous secret keeps working for `overlapSeconds`. Without overlap its MQTT connections end at once. Role, scopes ' +
      'and tags stay, and so do the keys that were made with it.',
  })
  @ApiResult(201, IssuedApiKey, 'The API key with its new secret')
  @ApiProblems(400, 401, 403, 404)
  rotate(
    @CurrentPrincipal() principal: Principal,
    @Param('id', { schema: ResourceId }) id: string,
    @Body({ schema: RotateApiKey }) input: RotateApiKey,
  ): Promise<IssuedApiKey> {
    return this.apiKeys.rotate(principal, id, input)
  }

  @Delete(':id')
  @RequirePermission('apiKeys.manage')
  @ApiOperation({
    summary: 'Delete an API key',
    description: 'The key and those that were made with it stop working at once.',
  })
  @ApiNothing('The API key was deleted')
  @ApiProblems(401, 403, 404)
  delete(
    @CurrentPrincipal() principal: Principal,
    @Param('id', { schema: ResourceId }) id: string,
  ): Promise<void> {
    return this.apiKeys.delete(principal, id)
  }
}
