import { AuditPage, ListActivity } from '@heliograph/protocol'
import { Controller, Get, Query } from '@nestjs/common'
import { ApiOperation, ApiTags } from '@nestjs/swagger'
import type { Person } from '../../foundation/principal/principal.js'
import { CurrentPerson, SignedIn } from '../../http/access/decorators.js'
import { ApiProblems, ApiResult } from '../../http/requests/api-result.js'
import { personTarget } from '../../identity/account-links/person-audit.js'
import { AuditService, auditOfPlatform } from './audit.service.js'

@ApiTags('Account')
@SignedIn()
@Controller('api/v1/me/activity')
export class OwnActivityController {
  constructor(private readonly audit: AuditService) {}

  @Get()
  @ApiOperation({
    summary: 'Read what happened to your own account',
    description:
      'Sign-ins, sign-outs, refused sign-ins and changes of the account, newest first. Refused sign-ins that go on are gathered: ' +
      'a row stands for as many as its `detail.attempts` says.',
  })
  @ApiResult(200, AuditPage, 'A page of what happened')
  @ApiProblems(400, 401, 403, 503)
  list(
    @CurrentPerson() person: Person,
    @Query({ schema: ListActivity }) query: ListActivity,
  ): Promise<AuditPage> {
    return this.audit.list(auditOfPlatform(person), { ...query, target: personTarget(person.userId) })
  }
}
