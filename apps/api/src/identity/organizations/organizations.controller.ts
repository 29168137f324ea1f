import { CreateOrganization, Me, Organization } from '@heliograph/protocol'
import { Body, Controller, Get, Post } from '@nestjs/common'
import { ApiOperation, ApiTags } from '@nestjs/swagger'
import type { Person } from '../../foundation/principal/principal.js'
import { CurrentPerson, SignedIn } from '../../http/access/decorators.js'
import { ApiProblems, ApiResult } from '../../http/requests/api-result.js'
import { OrganizationsService } from './organizations.service.js'

@ApiTags('Account')
@SignedIn()
@Controller('api/v1')
export class OrganizationsController {
  constructor(private readonly organizations: OrganizationsService) {}

  @Get('me')
  @ApiOperation({ summary: 'Read the signed-in person and their organizations' })
  @ApiResult(200, Me, 'The person')
  @ApiProblems(401, 403)
  me(@CurrentPerson() person: Person): Promise<Me> {
    return this.organizations.describe(person)
  }

  @Post('organizations')
  @ApiOperation({
    summary: 'Create an organization',
    description:
      'For platform administrators: the first account, and that of `ADMIN_EMAIL`. `ALLOW_NEW_ORGANIZATIONS=true` lets everybody who is signed in.',
  })
  @ApiResult(201, Organization, 'The organization')
  @ApiProblems(400, 401, 403, 409)
  create(
    @CurrentPerson() person: Person,
    @Body({ schema: CreateOrganization }) input: CreateOrganization,
  ): Promise<Organization> {
    return this.organizations.create(person, input)
  }
}
