import { OrganizationQuotas, OrganizationSlug, UpdateQuotas } from '@heliograph/protocol'
import { Body, Controller, Get, Param, Patch } from '@nestjs/common'
import { ApiOperation, ApiTags } from '@nestjs/swagger'
import type { Person } from '../../foundation/principal/principal.js'
import { CurrentPerson, SignedIn } from '../../http/access/decorators.js'
import { ApiProblems, ApiResult } from '../../http/requests/api-result.js'
import { QuotasService } from './quotas.service.js'

@ApiTags('Platform')
@SignedIn()
@Controller('api/v1/organizations/:organization/quotas')
export class QuotasController {
  constructor(private readonly quotas: QuotasService) {}

  @Get()
  @ApiOperation({
    summary: 'Read the quotas of an organization',
    description: 'For platform administrators, of any organization.',
  })
  @ApiResult(200, OrganizationQuotas, 'The quotas')
  @ApiProblems(400, 401, 403, 404)
  read(
    @CurrentPerson() person: Person,
    @Param('organization', { schema: OrganizationSlug }) organization: string,
  ): Promise<OrganizationQuotas> {
    return this.quotas.read(person, organization)
  }

  @Patch()
  @ApiOperation({
    summary: 'Change the quotas of an organization',
    description:
      'For platform administrators, of any organization. A quota below what is used deletes nothing; it refuses more.',
  })
  @ApiResult(200, OrganizationQuotas, 'The quotas as they are now')
  @ApiProblems(400, 401, 403, 404)
  update(
    @CurrentPerson() person: Person,
    @Param('organization', { schema: OrganizationSlug }) organization: string,
    @Body({ schema: UpdateQuotas }) input: UpdateQuotas,
  ): Promise<OrganizationQuotas> {
    return this.quotas.update(person, organization, input)
  }
}
