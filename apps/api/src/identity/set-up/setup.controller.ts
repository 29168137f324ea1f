import { Me, Setup, SetupState } from '@heliograph/protocol'
import { Body, Controller, Get, Post, Req } from '@nestjs/common'
import { ApiOperation, ApiSecurity, ApiTags } from '@nestjs/swagger'
import type { FastifyRequest } from 'fastify'
import { ForbiddenError } from '../../foundation/errors/domain-errors.js'
import { Public } from '../../http/access/decorators.js'
import { clientOf } from '../../http/front-door/client.js'
import { ApiProblems, ApiResult } from '../../http/requests/api-result.js'
import { Origins } from '../sign-in/origins.js'
import { SetupService } from './setup.service.js'

@ApiTags('Set-up')
@ApiSecurity({})
@Public()
@Controller('api/v1/setup')
export class SetupController {
  constructor(
    private readonly setup: SetupService,
    private readonly origins: Origins,
  ) {}

  @Get()
  @ApiOperation({ summary: 'Read whether the platform still has to be set up' })
  @ApiResult(200, SetupState, 'The state')
  read(): Promise<SetupState> {
    return this.setup.state()
  }

  @Post()
  @ApiOperation({
    summary: 'Create the first administrator and the first organization',
    description: 'This works once. Afterwards sign in at /api/auth/sign-in/email.',
  })
  @ApiResult(201, Me, 'The administrator')
  @ApiProblems(400, 403, 409, 429)
  create(@Req() request: FastifyRequest, @Body({ schema: Setup }) input: Setup): Promise<Me> {
    const client = clientOf(request.raw)
    if (!this.origins.allowsCookies(request.headers, client)) {
      throw new ForbiddenError('Pages of this origin may not do this. See ALLOWED_ORIGINS.', 'origin_refused')
    }
    return this.setup.setUp(input, client.address)
  }
}
