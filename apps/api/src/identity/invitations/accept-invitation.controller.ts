import {
  AcceptedInvitation,
  AcceptInvitation,
  ConfirmNewAccount,
  InvitationDetails,
  Organization,
  ReadInvitation,
} from '@heliograph/protocol'
import { Body, Controller, Post, Req } from '@nestjs/common'
import { ApiOperation, ApiSecurity, ApiTags } from '@nestjs/swagger'
import type { FastifyRequest } from 'fastify'
import { ForbiddenError } from '../../foundation/errors/domain-errors.js'
import type { Person } from '../../foundation/principal/principal.js'
import { CurrentVisitor, Visitors } from '../../http/access/decorators.js'
import { clientOf } from '../../http/front-door/client.js'
import { ApiProblems, ApiResult } from '../../http/requests/api-result.js'
import { Origins } from '../sign-in/origins.js'
import { AcceptInvitationService } from './accept-invitation.service.js'
import { NewAccounts } from './new-accounts.js'

@ApiTags('People')
@ApiSecurity({})
@Visitors()
@Controller('api/v1/invitations')
export class AcceptInvitationController {
  constructor(
    private readonly invitations: AcceptInvitationService,
    private readonly newAccounts: NewAccounts,
    private readonly origins: Origins,
  ) {}

  @Post('read')
  @ApiOperation({
    summary: 'Read the invitation of a link',
    description: 'For whoever has the link. It changes nothing; a POST, so that the token is in no address.',
  })
  @ApiResult(200, InvitationDetails, 'The invitation')
  @ApiProblems(400, 403, 404, 409, 429)
  read(
    @Req() request: FastifyRequest,
    @Body({ schema: ReadInvitation }) { token }: ReadInvitation,
  ): Promise<InvitationDetails> {
    return this.invitations.read(token, this.addressOf(request))
  }

  @Post('accept')
  @ApiOperation({
    summary: 'Accept an invitation',
    description:
      'A signed-in person joins with the token alone. Anybody else sends name, e-mail and password of a new account too, and ' +
      'signs in afterwards. Each invitation lets in one person. Where the platform sends mail, a new account is made once the ' +
      'link in a mail to its address is opened, unless the link of the invitation came by mail to this address.',
  })
  @ApiResult(200, AcceptedInvitation, 'The organization, with the role in it')
  @ApiProblems(400, 401, 403, 404, 409, 429)
  accept(
    @CurrentVisitor() person: Person | null,
    @Req() request: FastifyRequest,
    @Body({ schema: AcceptInvitation }) input: AcceptInvitation,
  ): Promise<AcceptedInvitation> {
    return this.invitations.accept(person, input, this.addressOf(request))
  }

  @Post('confirm')
  @ApiOperation({
    summary: 'Make the new account by the link in the mail to its address',
    description: 'The account is a member then, and signs in with the password that was sent before.',
  })
  @ApiResult(200, Organization, 'The organization, with the role in it')
  @ApiProblems(400, 403, 404, 409, 429)
  confirm(
    @Req() request: FastifyRequest,
    @Body({ schema: ConfirmNewAccount }) { token }: ConfirmNewAccount,
  ): Promise<Organization> {
    return this.newAccounts.confirm(token, this.addressOf(request))
  }

  /** The address of the client, whose page has to be one of ours. */
  private addressOf(request: FastifyRequest): string {
    const client = clientOf(request.raw)
    if (!this.origins.allowsCookies(request.headers, client))
      throw new ForbiddenError('Pages of this origin may not do this. See ALLOWED_ORIGINS.', 'origin_refused')
    return client.address
  }
}
