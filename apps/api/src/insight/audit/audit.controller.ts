import { AuditPage, ExportAudit, ListAudit } from '@heliograph/protocol'
import { Controller, Get, Query, Res, type StreamableFile } from '@nestjs/common'
import { ApiOperation, ApiTags } from '@nestjs/swagger'
import type { FastifyReply } from 'fastify'
import type { Principal } from '../../foundation/principal/principal.js'
import { ApiOrganization, CurrentPrincipal, RequirePermission } from '../../http/access/decorators.js'
import { ApiFile, ApiProblems, ApiResult } from '../../http/requests/api-result.js'
import { AuditService, auditOfOrganization } from './audit.service.js'
import { AuditExports } from './audit-exports.js'

@ApiTags('Audit')
@ApiOrganization()
@Controller('api/v1/audit')
export class AuditController {
  constructor(
    private readonly audit: AuditService,
    private readonly exports: AuditExports,
  ) {}

  @Get()
  @RequirePermission('audit.read')
  @ApiOperation({
    summary: 'Read the audit',
    description:
      'Who changed what, newest first. Rows are added in the transaction of the change and never altered; they are deleted ' +
      'after 400 days, or earlier when there are too many: see the limits `audit.days` and `audit.rows`.',
  })
  @ApiResult(200, AuditPage, 'A page of changes')
  @ApiProblems(400, 401, 403, 503)
  list(
    @CurrentPrincipal() principal: Principal,
    @Query({ schema: ListAudit }) query: ListAudit,
  ): Promise<AuditPage> {
    return this.audit.list(auditOfOrganization(principal), query)
  }

  @Get('export')
  @RequirePermission('audit.read')
  @ApiOperation({
    summary: 'Export the audit',
    description:
      'All changes that the filters let through, newest first, as a file that is written while it is read. In CSV, text that a ' +
      'spreadsheet would take for a formula has an apostrophe in front; NDJSON is exact.',
  })
  @ApiFile({
    'text/csv': 'RFC 4180 with a header',
    'application/x-ndjson': 'The items of the JSON form, one a line',
  })
  @ApiProblems(400, 401, 403, 429, 503)
  export(
    @CurrentPrincipal() principal: Principal,
    @Query({ schema: ExportAudit }) { organization: _, ...query }: ExportAudit,
    @Res({ passthrough: true }) { raw: response }: FastifyReply,
  ): Promise<StreamableFile> {
    const scope = auditOfOrganization(principal)
    return this.exports.write(scope, principal.organizationSlug, query, response)
  }
}
