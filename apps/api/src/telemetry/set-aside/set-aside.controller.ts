import { ListSetAside, SetAsidePage } from '@heliograph/protocol'
import { Controller, Delete, Get, Param, Query } from '@nestjs/common'
import { ApiOperation, ApiTags } from '@nestjs/swagger'
import { z } from 'zod'
import type { Principal } from '../../foundation/principal/principal.js'
import { ApiOrganization, CurrentPrincipal, RequirePermission } from '../../http/access/decorators.js'
import { ApiNothing, ApiProblems, ApiResult } from '../../http/requests/api-result.js'
import { SetAsideService } from './set-aside.service.js'

const MessageId = z.string().regex(/^\d{1,18}$/, 'must be the id of a message that was set aside')

@ApiTags('Telemetry')
@ApiOrganization()
@Controller('api/v1/telemetry/set-aside')
export class SetAsideController {
  constructor(private readonly setAside: SetAsideService) {}

  @Get()
  @RequirePermission('setAside.manage')
  @ApiOperation({
    summary: 'List telemetry that could not be stored',
    description:
      'Its device got the notice `telemetry_set_aside`, and does not send it again. It is kept for 30 days, up to 100 messages of a device and 1,000 of an organization, unless LIMITS names other numbers.',
  })
  @ApiResult(200, SetAsidePage, 'A page of messages, newest first')
  @ApiProblems(400, 401, 403)
  list(
    @CurrentPrincipal() principal: Principal,
    @Query({ schema: ListSetAside }) query: ListSetAside,
  ): Promise<SetAsidePage> {
    return this.setAside.list(principal, query)
  }

  @Delete(':id')
  @RequirePermission('setAside.manage')
  @ApiOperation({ summary: 'Delete telemetry that could not be stored' })
  @ApiNothing('The message was deleted')
  @ApiProblems(400, 401, 403, 404)
  delete(
    @CurrentPrincipal() principal: Principal,
    @Param('id', { schema: MessageId }) id: string,
  ): Promise<void> {
    return this.setAside.delete(principal, id)
  }
}
