import { ApiKeyPage, CreateApiKey, IssuedApiKey } from '@heliograph/protocol'
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
      'The answer has the key, which is never shown again. A key that is made with a key has at most its role, and ends with it.',
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
