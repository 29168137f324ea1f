import { Overview } from '@heliograph/protocol'
import { Controller, Get } from '@nestjs/common'
import { ApiOperation, ApiTags } from '@nestjs/swagger'
import type { Principal } from '../../foundation/principal/principal.js'
import { ApiOrganization, CurrentPrincipal, RequirePermission } from '../../http/access/decorators.js'
import { ApiProblems, ApiResult } from '../../http/requests/api-result.js'
import { OverviewService } from './overview.service.js'

@ApiTags('Overview')
@ApiOrganization()
@Controller('api/v1/overview')
export class OverviewController {
  constructor(private readonly overview: OverviewService) {}

  @Get()
  @RequirePermission('organization.read')
  @ApiOperation({
    summary: 'Read the overview of the organization',
    description: 'The counts of the `fleet` channel, and the refusals and slow consumers that they count.',
  })
  @ApiResult(200, Overview, 'Counts, traffic, refusals and slow consumers')
  @ApiProblems(401, 403)
  read(@CurrentPrincipal() principal: Principal): Promise<Overview> {
    return this.overview.read(principal)
  }
}
