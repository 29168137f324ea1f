import {
  PasswordResetDetails,
  PasswordWasReset,
  ReadPasswordReset,
  RequestPasswordReset,
  ResetPassword,
} from '@heliograph/protocol'
import { Body, Controller, Post, Req, Res } from '@nestjs/common'
import { ApiOperation, ApiSecurity, ApiTags } from '@nestjs/swagger'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { ForbiddenError } from '../../foundation/errors/domain-errors.js'
import { Public } from '../../http/access/decorators.js'
import { type Client, clientOf } from '../../http/front-door/client.js'
import { ApiNothing, ApiProblems, ApiResult } from '../../http/requests/api-result.js'
import { Origins } from '../sign-in/origins.js'
import { SignInAttempts } from '../sign-in/sign-in-attempts.js'
import { RequestResetService } from './request-reset.service.js'
import { ResetPasswordService } from './reset-password.service.js'

@ApiTags('Account')
@ApiSecurity({})
@Public()
@Controller('api/v1')
export class PasswordResetController {
  constructor(
    private readonly requests: RequestResetService,
    private readonly passwords: ResetPasswordService,
    private readonly origins: Origins,
    private readonly attempts: SignInAttempts,
  ) {}

  @Post('password-reset')
  @ApiOperation({
    summary: 'Ask for a link for a new password',
    description: 'It is mailed when there is such an account. The answer is the same when there is none.',
  })
  @ApiNothing('It is looked up')
  @ApiProblems(400, 403, 409, 429, 503)
  request(
    @Req() request: FastifyRequest,
    @Body({ schema: RequestPasswordReset }) { email }: RequestPasswordReset,
  ): Promise<void> {
    return this.requests.request(email, this.clientOf(request).address)
  }

  @Post('password-reset/read')
  @ApiOperation({
    summary: 'Read for which account a link for a new password is',
    description: 'For whoever has the link. It changes nothing; a POST, so that the token is in no address.',
  })
  @ApiResult(200, PasswordResetDetails, 'The account')
  @ApiProblems(400, 403, 404, 429)
  read(
    @Req() request: FastifyRequest,
    @Body({ schema: ReadPasswordReset }) { token }: ReadPasswordReset,
  ): Promise<PasswordResetDetails> {
    return this.passwords.read(token, this.clientOf(request).address)
  }

  @Post('password-reset/complete')
  @ApiOperation({
    summary: 'Set a new password by a link',
    description:
      'All sessions of the account end, with their MQTT connections; API keys stay. Sign in with the new password afterwards.',
  })
  @ApiResult(200, PasswordWasReset, 'The account')
  @ApiProblems(400, 403, 404, 429)
  async complete(
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
    @Body({ schema: ResetPassword }) input: ResetPassword,
  ): Promise<PasswordWasReset> {
    const { address } = this.clientOf(request)
    const done = await this.passwords.reset(input, address)
    // Passwords that were tried before, by the person or by others, do not hold up the sign-in that follows.
    const known = await this.attempts.remember({
      address,
      email: done.email,
      cookies: request.headers.cookie,
    })
    reply.header('set-cookie', known)
    return done
  }

  /** The client, whose page has to be one of ours. */
  private clientOf(request: FastifyRequest): Client {
    const client = clientOf(request.raw)
    if (this.origins.allowsCookies(request.headers, client)) return client
    throw new ForbiddenError('Pages of this origin may not do this. See ALLOWED_ORIGINS.', 'origin_refused')
  }
}
