import { Overview } from '@heliograph/protocol'
import { Controller, Get } from '@nestjs/common'
import { ApiOperation, ApiTags } from '@nestjs/swagger'
import { ApiProblems, ApiResult } from '../http/api-result.js'
import { ApiOrganization, CurrentPrincipal } from '../principal/decorators.js'
import type { Principal } from '../principal/principal.js'
import { OverviewService } from './overview.service.js'

@ApiTags('Overview')
@ApiOrganization()
@Controller('api/v1/overview')
export class OverviewController {
  constructor(private readonly overview: OverviewService) {}

  @Get()
  @ApiOperation({
    summary: 'How the organization fares',
    description: 'The counts of its `fleet` channel, and the lists behind them.',
  })
  @ApiResult(200, Overview, 'Counts, traffic, refusals and slow consumers')
  @ApiProblems(401, 403)
  read(@CurrentPrincipal() principal: Principal): Promise<Overview> {
    return this.overview.read(principal)
  }
}
