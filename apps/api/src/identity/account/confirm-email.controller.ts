import { ConfirmEmail, ConfirmedEmail } from '@heliograph/protocol'
import { Body, Controller, Post, Req } from '@nestjs/common'
import { ApiOperation, ApiSecurity, ApiTags } from '@nestjs/swagger'
import type { FastifyRequest } from 'fastify'
import { ForbiddenError } from '../../foundation/errors/domain-errors.js'
import { Public } from '../../http/access/decorators.js'
import { clientOf } from '../../http/front-door/client.js'
import { ApiProblems, ApiResult } from '../../http/requests/api-result.js'
import { Origins } from '../sign-in/origins.js'
import { ChangeEmailService } from './change-email.service.js'

@ApiTags('Account')
@ApiSecurity({})
@Public()
@Controller('api/v1/email-confirmation')
export class ConfirmEmailController {
  constructor(
    private readonly emails: ChangeEmailService,
    private readonly origins: Origins,
  ) {}

  @Post()
  @ApiOperation({
    summary: 'Confirm a new e-mail address by a link',
    description: 'For whoever has the link, signed in or not. Sessions go on.',
  })
  @ApiResult(200, ConfirmedEmail, 'The address')
  @ApiProblems(400, 403, 404, 409, 429)
  confirm(
    @Req() request: FastifyRequest,
    @Body({ schema: ConfirmEmail }) { token }: ConfirmEmail,
  ): Promise<ConfirmedEmail> {
    const client = clientOf(request.raw)
    if (!this.origins.allowsCookies(request.headers, client))
      throw new ForbiddenError('Pages of this origin may not do this. See ALLOWED_ORIGINS.', 'origin_refused')
    return this.emails.confirm(token, client.address)
  }
}
