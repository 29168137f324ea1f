import { CreateInvitation, InvitationPage, IssuedInvitation } from '@heliograph/protocol'
import { Body, Controller, Delete, Get, Param, Post } from '@nestjs/common'
import { ApiOperation, ApiTags } from '@nestjs/swagger'
import { Addresses } from '../../foundation/addresses/addresses.js'
import type { Principal } from '../../foundation/principal/principal.js'
import { ApiOrganization, CurrentPrincipal, RequirePermission } from '../../http/access/decorators.js'
import type { Client } from '../../http/front-door/client.js'
import { ApiNothing, ApiProblems, ApiResult } from '../../http/requests/api-result.js'
import { CurrentClient } from '../../http/requests/current-client.js'
import { ResourceId } from '../../http/requests/resource-id.js'
import { InvitationsService } from './invitations.service.js'

@ApiTags('People')
@ApiOrganization()
@Controller('api/v1/invitations')
export class InvitationsController {
  constructor(
    private readonly invitations: InvitationsService,
    private readonly addresses: Addresses,
  ) {}

  @Post()
  @RequirePermission('members.manage')
  @ApiOperation({
    summary: 'Invite a person',
    description:
      'The answer has the link to send them, which is never shown again and lets in one person. With an address it is mailed ' +
      'too, where the platform sends mail. Only owners invite owners. ' +
      'The invitation ends when its maker is removed or may not give the role any more.',
  })
  @ApiResult(201, IssuedInvitation, 'The invitation')
  @ApiProblems(400, 401, 403, 409)
  async create(
    @CurrentPrincipal() principal: Principal,
    @CurrentClient() client: Client,
    @Body({ schema: CreateInvitation }) input: CreateInvitation,
  ): Promise<IssuedInvitation> {
    const { token, ...invitation } = await this.invitations.create(principal, input)
    // Behind the #, which a browser sends to no server, so that no log and no proxy has it.
    return { ...invitation, url: `${this.addresses.urls(client).http}/join#${token}` }
  }

  @Get()
  @RequirePermission('members.manage')
  @ApiOperation({ summary: 'List the invitations that can still be accepted' })
  @ApiResult(200, InvitationPage, 'All open invitations, newest first')
  @ApiProblems(401, 403)
  list(@CurrentPrincipal() principal: Principal): Promise<InvitationPage> {
    return this.invitations.list(principal)
  }

  @Delete(':id')
  @RequirePermission('members.manage')
  @ApiOperation({ summary: 'Revoke an invitation', description: 'Its link says so from now on.' })
  @ApiNothing('The invitation was revoked')
  @ApiProblems(400, 401, 403, 404)
  revoke(
    @CurrentPrincipal() principal: Principal,
    @Param('id', { schema: ResourceId }) id: string,
  ): Promise<void> {
    return this.invitations.revoke(principal, id)
  }
}
