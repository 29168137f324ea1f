import {
  CreateOrganization,
  ListOrganizations,
  Me,
  Organization,
  OrganizationSummaryPage,
} from '@heliograph/protocol'
import { Body, Controller, Get, Post, Query } from '@nestjs/common'
import { ApiOperation, ApiTags } from '@nestjs/swagger'
import type { Person } from '../../foundation/principal/principal.js'
import { CurrentPerson, SignedIn } from '../../http/access/decorators.js'
import { ApiProblems, ApiResult } from '../../http/requests/api-result.js'
import { ListOrganizationsService } from './list-organizations.service.js'
import { OrganizationsService } from './organizations.service.js'

@ApiTags('Account')
@SignedIn()
@Controller('api/v1')
export class OrganizationsController {
  constructor(
    private readonly organizations: OrganizationsService,
    private readonly listing: ListOrganizationsService,
  ) {}

  @Get('me')
  @ApiOperation({ summary: 'Read the signed-in person and their organizations' })
  @ApiResult(200, Me, 'The person')
  @ApiProblems(401, 403)
  me(@CurrentPerson() person: Person): Promise<Me> {
    return this.organizations.describe(person)
  }

  @Get('organizations')
  @ApiOperation({
    summary: 'List all organizations of the platform',
    description: 'For platform administrators: names and sizes, and nothing that is in an organization.',
  })
  @ApiResult(200, OrganizationSummaryPage, 'A page of organizations')
  @ApiProblems(400, 401, 403)
  list(
    @CurrentPerson() person: Person,
    @Query({ schema: ListOrganizations }) query: ListOrganizations,
  ): Promise<OrganizationSummaryPage> {
    return this.listing.list(person, query)
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
