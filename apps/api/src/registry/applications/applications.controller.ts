import {
  Application,
  ApplicationPage,
  CreateApplication,
  IssuedApplication,
  RotateCredential,
  UpdateApplication,
} from '@heliograph/protocol'
import { Body, Controller, Delete, Get, Param, Patch, Post } from '@nestjs/common'
import { ApiOperation, ApiTags } from '@nestjs/swagger'
import { Addresses } from '../../foundation/addresses/addresses.js'
import type { Principal } from '../../foundation/principal/principal.js'
import { ApiOrganization, CurrentPrincipal, RequirePermission } from '../../http/access/decorators.js'
import type { Client } from '../../http/front-door/client.js'
import { ApiNothing, ApiProblems, ApiResult } from '../../http/requests/api-result.js'
import { CurrentClient } from '../../http/requests/current-client.js'
import { ResourceId } from '../../http/requests/resource-id.js'
import { ApplicationsService } from './applications.service.js'

@ApiTags('Applications')
@ApiOrganization()
@Controller('api/v1/applications')
export class ApplicationsController {
  constructor(
    private readonly applications: ApplicationsService,
    private readonly addresses: Addresses,
  ) {}

  @Post()
  @RequirePermission('applications.manage')
  @ApiOperation({
    summary: 'Create an application',
    description:
      'A client of MQTT that is no device, such as Node-RED or a web page. The answer has all that it needs to connect. Its password is never shown again.',
  })
  @ApiResult(201, IssuedApplication, 'The application')
  @ApiProblems(400, 401, 403, 409)
  create(
    @CurrentPrincipal() principal: Principal,
    @CurrentClient() client: Client,
    @Body({ schema: CreateApplication }) input: CreateApplication,
  ): Promise<IssuedApplication> {
    return this.applications.create(principal, input, this.addresses.urls(client))
  }

  @Get()
  @RequirePermission('applications.read')
  @ApiOperation({ summary: 'List the applications' })
  @ApiResult(200, ApplicationPage, 'All applications, newest first')
  @ApiProblems(401, 403)
  list(@CurrentPrincipal() principal: Principal): Promise<ApplicationPage> {
    return this.applications.list(principal)
  }

  @Get(':id')
  @RequirePermission('applications.read')
  @ApiOperation({ summary: 'Read an application' })
  @ApiResult(200, Application, 'The application')
  @ApiProblems(401, 403, 404)
  read(
    @CurrentPrincipal() principal: Principal,
    @Param('id', { schema: ResourceId }) id: string,
  ): Promise<Application> {
    return this.applications.read(principal, id)
  }

  @Patch(':id')
  @RequirePermission('applications.manage')
  @ApiOperation({
    summary: 'Change an application',
    description:
      'Before the answer, its live connections lose the subscriptions that it may not have any more, and those of web pages whose origin it does not allow any more are ended.',
  })
  @ApiResult(200, Application, 'The application')
  @ApiProblems(400, 401, 403, 404)
  update(
    @CurrentPrincipal() principal: Principal,
    @Param('id', { schema: ResourceId }) id: string,
    @Body({ schema: UpdateApplication }) input: UpdateApplication,
  ): Promise<Application> {
    return this.applications.update(principal, id, input)
  }

  @Post(':id/rotate')
  @RequirePermission('applications.manage')
  @ApiOperation({
    summary: 'Rotate an application: give it a new password',
    description: 'The previous password keeps working for `overlapSeconds`.',
  })
  @ApiResult(201, IssuedApplication, 'The application with its new password')
  @ApiProblems(400, 401, 403, 404)
  rotate(
    @CurrentPrincipal() principal: Principal,
    @CurrentClient() client: Client,
    @Param('id', { schema: ResourceId }) id: string,
    @Body({ schema: RotateCredential }) input: RotateCredential,
  ): Promise<IssuedApplication> {
    return this.applications.rotate(principal, id, input, this.addresses.urls(client))
  }

  @Delete(':id')
  @RequirePermission('applications.manage')
  @ApiOperation({
    summary: 'Delete an application',
    description: 'Its password stops working at once, and its connections are ended.',
  })
  @ApiNothing('The application was deleted')
  @ApiProblems(401, 403, 404)
  delete(
    @CurrentPrincipal() principal: Principal,
    @Param('id', { schema: ResourceId }) id: string,
  ): Promise<void> {
    return this.applications.delete(principal, id)
  }
}
