import type { OrganizationSettings, UpdateOrganization } from '@heliograph/protocol'
import { Injectable } from '@nestjs/common'
import { changesOf } from '../../foundation/audit/audit-actions.js'
import { AuditLog } from '../../foundation/audit/audit-log.js'
import { Database } from '../../foundation/database/database.service.js'
import type { Principal } from '../../foundation/principal/principal.js'
import { cutMs } from './retention.js'
import { RetentionService } from './retention.service.js'

/** The settings of an organization: its name, and how long it keeps telemetry. */
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

  async update(principal: Principal, change: UpdateOrganization): Promise<OrganizationSettings> {
    const where = { id: principal.organizationId }
    const changed = await this.database.transaction(async (transaction) => {
      const before = await transaction.organization.findUniqueOrThrow({ where })
      const { name, retentionDays } = before
      const changes = changesOf({ name, retentionDays }, change)
      if (Object.keys(changes.after).length === 0) return before
      await this.audit.record(transaction, principal, {
        action: 'organization.update',
        target: `organization/${before.slug}`,
        ...changes,
      })
      return transaction.organization.update({ where, data: change })
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
