import type { ServerResponse } from 'node:http'
import type { AuditPage, ExportPlatformAudit, ListAudit } from '@heliograph/protocol'
import { Injectable, type StreamableFile } from '@nestjs/common'
import { Database } from '../../foundation/database/database.service.js'
import type { Person } from '../../foundation/principal/principal.js'
import { assertPlatformAdministrator } from '../../identity/organizations/assert-platform-administrator.js'
import { AuditService, auditOfPlatform } from './audit.service.js'
import { AuditExports } from './audit-exports.js'

const what = 'read the audit of the platform'

/** Reads the audit of the platform itself, for platform administrators. */
@Injectable()
export class PlatformAuditService {
  constructor(
    private readonly database: Database,
    private readonly audit: AuditService,
    private readonly exports: AuditExports,
  ) {}

  async list(person: Person, query: ListAudit): Promise<AuditPage> {
    await assertPlatformAdministrator(this.database, person, what)
    return this.audit.list(auditOfPlatform(person), query)
  }

  async export(
    person: Person,
    query: ExportPlatformAudit,
    response: ServerResponse,
  ): Promise<StreamableFile> {
    await assertPlatformAdministrator(this.database, person, what)
    return this.exports.write(auditOfPlatform(person), 'platform', query, response)
  }
}
