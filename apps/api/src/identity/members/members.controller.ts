import { Member, MemberPage, UpdateMember, UserId } from '@heliograph/protocol'
import { Body, Controller, Delete, Get, Param, Patch } from '@nestjs/common'
import { ApiOperation, ApiTags } from '@nestjs/swagger'
import type { Principal } from '../../foundation/principal/principal.js'
import { ApiOrganization, CurrentPrincipal, RequirePermission } from '../../http/access/decorators.js'
import { ApiNothing, ApiProblems, ApiResult } from '../../http/requests/api-result.js'
import { MembersService } from './members.service.js'

@ApiTags('People')
@ApiOrganization()
@Controller('api/v1/members')
export class MembersController {
  constructor(private readonly members: MembersService) {}

  @Get()
  @RequirePermission('members.read')
  @ApiOperation({ summary: 'List the members of the organization' })
  @ApiResult(200, MemberPage, 'All members, owners first')
  @ApiProblems(401, 403)
  list(@CurrentPrincipal() principal: Principal): Promise<MemberPage> {
    return this.members.list(principal)
  }

  @Patch(':user')
  @RequirePermission('members.manage')
  @ApiOperation({
    summary: 'Change the role or the tag limit of a member',
    description:
      'Only owners give and take the role owner, and one owner always stays. Their MQTT connections in the organization are ' +
      'ended, so that they connect again with what they may now. A key never does more than the person behind it. With a tag ' +
      'limit an operator or a viewer sees only devices with at least one of the tags: all others do not exist for them.',
  })
  @ApiResult(200, Member, 'The member as they are now')
  @ApiProblems(400, 401, 403, 404, 409)
  update(
    @CurrentPrincipal() principal: Principal,
    @Param('user', { schema: UserId }) user: string,
    @Body({ schema: UpdateMember }) change: UpdateMember,
  ): Promise<Member> {
    return this.members.change(principal, user, change)
  }

  @Delete(':user')
  @RequirePermission('members.leave')
  @ApiOperation({
    summary: 'Remove a member, or leave the organization',
    description:
      'Every member may remove themselves; removing others requires the role owner or admin, and removing an owner the role ' +
      'owner. One owner always stays. API keys that the person made, their MQTT tokens and connections in the organization ' +
      'and their open invitations end at once. They stay signed in, for other organizations.',
  })
  @ApiNothing('The person is no member any more')
  @ApiProblems(400, 401, 403, 404, 409)
  remove(
    @CurrentPrincipal() principal: Principal,
    @Param('user', { schema: UserId }) user: string,
  ): Promise<void> {
    return this.members.remove(principal, user)
  }
}
