import { OrganizationUsage } from '@heliograph/protocol'
import { Controller, Get } from '@nestjs/common'
import { ApiOperation, ApiTags } from '@nestjs/swagger'
import type { Principal } from '../../foundation/principal/principal.js'
import { ApiOrganization, CurrentPrincipal, RequirePermission } from '../../http/access/decorators.js'
import { ApiProblems, ApiResult } from '../../http/requests/api-result.js'
import { UsageReportService } from './usage-report.service.js'

@ApiTags('Organization')
@ApiOrganization()
@Controller('api/v1/organization/usage')
export class UsageController {
  constructor(private readonly report: UsageReportService) {}

  @Get()
  @RequirePermission('usage.read')
  @ApiOperation({
    summary: 'Read what the organization uses of its quotas',
    description: 'With a forecast of when each is used up. A platform administrator sets the quotas.',
  })
  @ApiResult(200, OrganizationUsage, 'The use of each quota, and the last days')
  @ApiProblems(401, 403)
  read(@CurrentPrincipal() principal: Principal): Promise<OrganizationUsage> {
    return this.report.read(principal)
  }
}
