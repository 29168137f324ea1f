import { OrganizationSettings, UpdateOrganization } from '@heliograph/protocol'
import { Body, Controller, Get, Patch } from '@nestjs/common'
import { ApiOperation, ApiTags } from '@nestjs/swagger'
import type { Principal } from '../../foundation/principal/principal.js'
import { ApiOrganization, CurrentPrincipal, RequirePermission } from '../../http/access/decorators.js'
import { ApiProblems, ApiResult } from '../../http/requests/api-result.js'
import { OrganizationSettingsService } from './organization-settings.service.js'

@ApiTags('Organization')
@ApiOrganization()
@Controller('api/v1/organization')
export class OrganizationSettingsController {
  constructor(private readonly settings: OrganizationSettingsService) {}

  @Get()
  @RequirePermission('organization.read')
  @ApiOperation({ summary: 'Read the settings of the organization' })
  @ApiResult(200, OrganizationSettings, 'The settings, and when they delete what')
  @ApiProblems(401, 403)
  read(@CurrentPrincipal() principal: Principal): Promise<OrganizationSettings> {
    return this.settings.read(principal)
  }

  @Patch()
  @RequirePermission('organization.update')
  @ApiOperation({
    summary: 'Change the settings of the organization',
    description:
      'With a shorter retention, older telemetry is refused from now on, and what is stored of it is deleted for good at ' +
      '`nextDeletionAt`; until then the change can be taken back. With `requiresTwoFactor`, members whose sign-in has no second ' +
      'factor get 403 `two_factor_required`, and their live connections end; API keys, applications and devices go on.',
  })
  @ApiResult(200, OrganizationSettings, 'The settings as they are now, and when they delete what')
  @ApiProblems(400, 401, 403, 409)
  update(
    @CurrentPrincipal() principal: Principal,
    @Body({ schema: UpdateOrganization }) input: UpdateOrganization,
  ): Promise<OrganizationSettings> {
    return this.settings.update(principal, input)
  }
}
