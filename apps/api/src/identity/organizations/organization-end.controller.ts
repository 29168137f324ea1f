import { DeleteOrganization, TransferOrganization } from '@heliograph/protocol'
import { Body, Controller, Delete, Post, Query } from '@nestjs/common'
import { ApiOperation, ApiTags } from '@nestjs/swagger'
import type { Principal } from '../../foundation/principal/principal.js'
import { ApiOrganization, CurrentPrincipal, RequirePermission } from '../../http/access/decorators.js'
import { ApiNothing, ApiProblems } from '../../http/requests/api-result.js'
import { DeleteOrganizationService } from './delete-organization.service.js'
import { TransferOrganizationService } from './transfer-organization.service.js'

@ApiTags('Organization')
@ApiOrganization()
@Controller('api/v1/organization')
export class OrganizationEndController {
  constructor(
    private readonly deletion: DeleteOrganizationService,
    private readonly ownership: TransferOrganizationService,
  ) {}

  @Post('transfer')
  @RequirePermission('organization.transfer')
  @ApiOperation({
    summary: 'Transfer the ownership of the organization',
    description:
      'The named member becomes an owner, and the caller, who has to be one, an admin. The MQTT connections of both in the ' +
      'organization are ended, so that they connect again with what they may now. Other owners stay.',
  })
  @ApiNothing('The ownership is transferred')
  @ApiProblems(400, 401, 403, 404, 409)
  transfer(
    @CurrentPrincipal() principal: Principal,
    @Body({ schema: TransferOrganization }) { to }: TransferOrganization,
  ): Promise<void> {
    return this.ownership.transfer(principal, to)
  }

  @Delete()
  @RequirePermission('organization.delete')
  @ApiOperation({
    summary: 'Delete the organization',
    description:
      'For good, with its devices, telemetry, members, keys and audit. All connections, tokens and keys end before the answer; ' +
      'what is stored is removed in the background, and the slug is free when the broker keeps nothing below it. The platform ' +
      'keeps who deleted it, and how large it was.',
  })
  @ApiNothing('Nobody reaches the organization any more')
  @ApiProblems(400, 401, 403)
  delete(
    @CurrentPrincipal() principal: Principal,
    @Query({ schema: DeleteOrganization }) { confirm }: DeleteOrganization,
  ): Promise<void> {
    return this.deletion.delete(principal, confirm)
  }
}
