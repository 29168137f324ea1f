import { AuditPage, ExportPlatformAudit, ListAudit } from '@heliograph/protocol'
import { Controller, Get, Query, Res, type StreamableFile } from '@nestjs/common'
import { ApiOperation, ApiTags } from '@nestjs/swagger'
import type { FastifyReply } from 'fastify'
import type { Person } from '../../foundation/principal/principal.js'
import { CurrentPerson, SignedIn } from '../../http/access/decorators.js'
import { ApiFile, ApiProblems, ApiResult } from '../../http/requests/api-result.js'
import { PlatformAuditService } from './platform-audit.service.js'

@ApiTags('Platform')
@SignedIn()
@Controller('api/v1/platform/audit')
export class PlatformAuditController {
  constructor(private readonly audit: PlatformAuditService) {}

  @Get()
  @ApiOperation({
    summary: 'Read the audit of the platform itself',
    description:
      'For platform administrators: what belongs to no organization, such as sign-ins, changes of accounts and the end ' +
      'of organizations, newest first. What happens in an organization is in its own audit.',
  })
  @ApiResult(200, AuditPage, 'A page of changes')
  @ApiProblems(400, 401, 403, 503)
  list(@CurrentPerson() person: Person, @Query({ schema: ListAudit }) query: ListAudit): Promise<AuditPage> {
    return this.audit.list(person, query)
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
  export(
    @CurrentPerson() person: Person,
    @Query({ schema: ExportPlatformAudit }) query: ExportPlatformAudit,
    @Res({ passthrough: true }) { raw: response }: FastifyReply,
  ): Promise<StreamableFile> {
    return this.audit.export(person, query, response)
  }
}
