import type { OrganizationSettings, UpdateOrganization } from '@heliograph/protocol'
import { Injectable } from '@nestjs/common'
import { AuditLog } from '../../foundation/audit/audit-log.js'
import { Database } from '../../foundation/database/database.service.js'
import type { Principal } from '../../foundation/principal/principal.js'
import { cutMs } from './retention.js'
import { RetentionService } from './retention.service.js'

/** The settings of an organization: for now, how long it keeps telemetry. */
@Injectable()
export class OrganizationSettingsService {
  constructor(
    private readonly database: Database,
    private readonly audit: AuditLog,
    private readonly retention: RetentionService,
  ) {}

  async read({ organizationId: id }: Principal): Promise<OrganizationSettings> {
    return this.describe(await this.database.prisma.organization.findUniqueOrThrow({ where: { id } }))
  }

  async update(principal: Principal, { retentionDays }: UpdateOrganization): Promise<OrganizationSettings> {
    const where = { id: principal.organizationId }
    const changed = await this.database.transaction(async (transaction) => {
      const before = await transaction.organization.findUniqueOrThrow({ where })
      if (before.retentionDays === retentionDays) return before
      await this.audit.record(transaction, principal, {
        action: 'organization.update',
        target: `organization/${before.slug}`,
        detail: { retentionDays: { from: before.retentionDays, to: retentionDays } },
      })
      return transaction.organization.update({ where, data: { retentionDays } })
    })
    await this.retention.refresh()
    return this.describe(changed)
  }

  private describe({ slug, name, retentionDays }: Row): OrganizationSettings {
    const { defaultDays, nextRunAtMs } = this.retention
    const days = (retentionDays ?? defaultDays) || null
    return {
      slug,
      name,
      retentionDays,
      defaultRetentionDays: defaultDays,
      effectiveRetentionDays: days,
      nextDeletionAt: new Date(nextRunAtMs).toISOString(),
      deletesBefore: days === null ? null : new Date(cutMs(nextRunAtMs, days)).toISOString(),
    }
  }
}

interface Row {
  slug: string
  name: string
  retentionDays: number | null
}
