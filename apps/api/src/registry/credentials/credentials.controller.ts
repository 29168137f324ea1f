import {
  CredentialPage,
  DeviceId,
  IssueCredential,
  IssuedCredential,
  RotateCredential,
} from '@heliograph/protocol'
import { Body, Controller, Delete, Get, Param, Post } from '@nestjs/common'
import { ApiOperation, ApiTags } from '@nestjs/swagger'
import { Addresses } from '../../foundation/addresses/addresses.js'
import type { Principal } from '../../foundation/principal/principal.js'
import { ApiOrganization, CurrentPrincipal, RequirePermission } from '../../http/access/decorators.js'
import type { Client } from '../../http/front-door/client.js'
import { ApiNothing, ApiProblems, ApiResult } from '../../http/requests/api-result.js'
import { CurrentClient } from '../../http/requests/current-client.js'
import { ResourceId } from '../../http/requests/resource-id.js'
import { CredentialsService } from './credentials.service.js'

@ApiTags('Credentials')
@ApiOrganization()
@Controller('api/v1/devices/:device/credentials')
export class CredentialsController {
  constructor(
    private readonly credentials: CredentialsService,
    private readonly addresses: Addresses,
  ) {}

  @Post()
  @RequirePermission('credentials.manage')
  @ApiOperation({
    summary: 'Issue a credential to a device',
    description: 'The answer has all that the device needs to connect. Its password is never shown again.',
  })
  @ApiResult(201, IssuedCredential, 'The credential')
  @ApiProblems(400, 401, 403, 404, 409)
  issue(
    @CurrentPrincipal() principal: Principal,
    @CurrentClient() client: Client,
    @Param('device', { schema: DeviceId }) device: string,
    @Body({ schema: IssueCredential }) input: IssueCredential,
  ): Promise<IssuedCredential> {
    return this.credentials.issue(principal, device, input, this.addresses.urls(client))
  }

  @Get()
  @RequirePermission('credentials.read')
  @ApiOperation({ summary: 'List the credentials of a device' })
  @ApiResult(200, CredentialPage, 'All credentials, newest first')
  @ApiProblems(400, 401, 403, 404)
  list(
    @CurrentPrincipal() principal: Principal,
    @Param('device', { schema: DeviceId }) device: string,
  ): Promise<CredentialPage> {
    return this.credentials.list(principal, device)
  }

  @Post(':id/rotate')
  @RequirePermission('credentials.manage')
  @ApiOperation({
    summary: 'Rotate a credential: give it a new secret',
    description: 'The previous secret keeps working for `overlapSeconds`.',
  })
  @ApiResult(201, IssuedCredential, 'The credential with its new secret')
  @ApiProblems(400, 401, 403, 404)
  rotate(
    @CurrentPrincipal() principal: Principal,
    @CurrentClient() client: Client,
    @Param('device', { schema: DeviceId }) device: string,
    @Param('id', { schema: ResourceId }) id: string,
    @Body({ schema: RotateCredential }) input: RotateCredential,
  ): Promise<IssuedCredential> {
    return this.credentials.rotate(principal, device, id, input, this.addresses.urls(client))
  }

  @Delete(':id')
  @RequirePermission('credentials.manage')
  @ApiOperation({
    summary: 'Revoke a credential',
    description: 'The credential stops working at once, and its connections are ended.',
  })
  @ApiNothing('The credential was revoked')
  @ApiProblems(400, 401, 403, 404)
  revoke(
    @CurrentPrincipal() principal: Principal,
    @Param('device', { schema: DeviceId }) device: string,
    @Param('id', { schema: ResourceId }) id: string,
  ): Promise<void> {
    return this.credentials.revoke(principal, device, id)
  }
}
