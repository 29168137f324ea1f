import { ChangeEmail, DeleteAccount, OwnSessionPage } from '@heliograph/protocol'
import { Body, Controller, Delete, Get, Param, Post } from '@nestjs/common'
import { ApiOperation, ApiTags } from '@nestjs/swagger'
import { z } from 'zod'
import type { Person } from '../../foundation/principal/principal.js'
import { CurrentPerson, SignedIn } from '../../http/access/decorators.js'
import { ApiNothing, ApiProblems, ApiResult } from '../../http/requests/api-result.js'
import { ChangeEmailService } from './change-email.service.js'
import { DeleteAccountService } from './delete-account.service.js'
import { OwnSessionsService } from './own-sessions.service.js'

/** The id of a sign-in session, which better-auth makes. */
const SessionId = z.string().regex(/^[A-Za-z0-9_-]{1,64}$/, 'is not the id of a session')

@ApiTags('Account')
@SignedIn()
@Controller('api/v1/me')
export class AccountController {
  constructor(
    private readonly sessions: OwnSessionsService,
    private readonly emails: ChangeEmailService,
    private readonly deletion: DeleteAccountService,
  ) {}

  @Get('sessions')
  @ApiOperation({ summary: 'List where you are signed in' })
  @ApiResult(200, OwnSessionPage, 'All sign-in sessions, that of the request first')
  @ApiProblems(401, 403)
  list(@CurrentPerson() person: Person): Promise<OwnSessionPage> {
    return this.sessions.list(person)
  }

  @Delete('sessions')
  @ApiOperation({
    summary: 'Sign out everywhere else',
    description: 'Ends all sign-in sessions but that of the request, with their MQTT tokens and connections.',
  })
  @ApiNothing('They have ended')
  @ApiProblems(401, 403)
  endOthers(@CurrentPerson() person: Person): Promise<void> {
    return this.sessions.endOthers(person)
  }

  @Delete('sessions/:session')
  @ApiOperation({ summary: 'End one sign-in session, with its MQTT tokens and connections' })
  @ApiNothing('It has ended')
  @ApiProblems(400, 401, 403, 404)
  end(
    @CurrentPerson() person: Person,
    @Param('session', { schema: SessionId }) session: string,
  ): Promise<void> {
    return this.sessions.end(person, session)
  }

  @Post('email')
  @ApiOperation({
    summary: 'Ask for another e-mail address',
    description: 'A link is mailed to it, which confirms it. Until then the account keeps its address.',
  })
  @ApiNothing('The link will be mailed')
  @ApiProblems(400, 401, 403, 409, 429)
  changeEmail(
    @CurrentPerson() person: Person,
    @Body({ schema: ChangeEmail }) input: ChangeEmail,
  ): Promise<void> {
    return this.emails.request(person, input)
  }

  @Post('delete')
  @ApiOperation({
    summary: 'Delete your own account',
    description:
      'With its memberships, the API keys and open invitations that the person made, and all sessions. Refused for the last owner of an organization and for the last administrator of the platform.',
  })
  @ApiNothing('The account is deleted')
  @ApiProblems(400, 401, 403, 409, 429)
  delete(
    @CurrentPerson() person: Person,
    @Body({ schema: DeleteAccount }) { password }: DeleteAccount,
  ): Promise<void> {
    return this.deletion.delete(person, password)
  }
}
