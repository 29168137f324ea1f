import { AuditPage, ExportPlatformAudit, ListAudit } from '@heliograph/protocol'
import { Controller, Get, Query, Res, type StreamableFile } from '@nestjs/common'
import { ApiOperation, ApiTags } from '@nestjs/swagger'
import type { FastifyReply } from 'fastify'
import { Database } from '../../foundation/database/database.service.js'
import type { Person } from '../../foundation/principal/principal.js'
import { CurrentPerson, SignedIn } from '../../http/access/decorators.js'
import { ApiFile, ApiProblems, ApiResult } from '../../http/requests/api-result.js'
import { assertPlatformAdministrator } from '../../identity/organizations/assert-platform-administrator.js'
import { AuditService, auditOfPlatform } from './audit.service.js'
import { AuditExports } from './audit-exports.js'

const what = 'read the audit of the platform'

@ApiTags('Platform')
@SignedIn()
@Controller('api/v1/platform/audit')
export class PlatformAuditController {
  constructor(
    private readonly database: Database,
    private readonly audit: AuditService,
    private readonly exports: AuditExports,
  ) {}

  @Get()
  @ApiOperation({
    summary: 'Read the audit of the platform itself',
    description:
      'For platform administrators: what belongs to no organization, such as sign-ins, changes of accounts, quotas and the end ' +
      'of organizations, newest first. What happens in an organization is in its own audit.',
  })
  @ApiResult(200, AuditPage, 'A page of changes')
  @ApiProblems(400, 401, 403, 503)
  async list(
    @CurrentPerson() person: Person,
    @Query({ schema: ListAudit }) query: ListAudit,
  ): Promise<AuditPage> {
    await assertPlatformAdministrator(this.database, person, what)
    return this.audit.list(auditOfPlatform(person), query)
  }

  @Get('export')
  @ApiOperation({
    summary: 'Export the audit of the platform itself',
    description: 'For platform administrators; as the export of the audit of an organization.',
  })
  @ApiFile({
    'text/csv': 'RFC 4180 with a header',
    'application/x-ndjson': 'The items of the JSON form, one a line',
  })
  @ApiProblems(400, 401, 403, 429, 503)
  async export(
    @CurrentPerson() person: Person,
    @Query({ schema: ExportPlatformAudit }) query: ExportPlatformAudit,
    @Res({ passthrough: true }) { raw: response }: FastifyReply,
  ): Promise<StreamableFile> {
    await assertPlatformAdministrator(this.database, person, what)
    return this.exports.write(auditOfPlatform(person), 'platform', query, response)
  }
}
