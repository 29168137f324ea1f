import { Inject, Injectable, Logger } from '@nestjs/common'
import { CONFIG, type Config } from '../config/config.js'
import { Database } from '../database/database.service.js'
import { type Budget, Housekeeping } from '../housekeeping/housekeeping.js'
import type { LimitValues } from '../limits/stated-limits.js'
import { auditLimits } from './audit-limits.js'
import { AuditLog, platformAudit } from './audit-log.js'
import { deleteAuditRows } from './delete-audit-rows.js'

/** What stays of an audit that has too many rows. With all of the bound, each new row would be trimmed for. */
const keptShare = 0.95

/**
 * Deletes rows of the audit that are older than its retention, and the oldest of an organization that has too many. The
 * latter loses what somebody may look for, so that the audit itself says how much is gone and from before which time.
 */
@Injectable()
export class AuditRetention {
  private readonly logger = new Logger(AuditRetention.name)
  private readonly limits: LimitValues<typeof auditLimits>

  constructor(
    @Inject(CONFIG) config: Config,
    private readonly database: Database,
    private readonly audit: AuditLog,
    housekeeping: Housekeeping,
  ) {
    this.limits = auditLimits.values(config.limits)
    housekeeping.register('audit_row', (budget) => this.deleteRows(budget))
  }

  private async deleteRows(budget: Budget): Promise<number> {
    const { rows } = await this.database.pools.background.query<Organization>(
      'SELECT id, slug FROM organization WHERE deleted_at IS NULL',
    )
    let total = 0
    for (const organization of [{ id: platformAudit, slug: 'the platform' }, ...rows]) {
      if (budget.spent) break
      total += await this.deleteOld(budget, organization.id)
      total += await this.trim(budget, organization)
    }
    return total
  }

  private async deleteOld(budget: Budget, organizationId: number): Promise<number> {
    const { days } = this.limits
    if (!Number.isFinite(days)) return 0
    const before = new Date(Date.now() - days * dayMs)
    return this.deleteUntil(budget, organizationId, before)
  }

  private async trim(budget: Budget, { id, slug }: Organization): Promise<number> {
    const { rows: most } = this.limits
    if (!Number.isFinite(most) || (await this.timeOfRow(budget, id, most)) === null) return 0
    const before = await this.timeOfRow(budget, id, Math.floor(most * keptShare))
    if (before === null) return 0
    const rows = await this.deleteUntil(budget, id, before)
    if (rows === 0) return 0
    this.logger.warn(
      `the audit of ${slug} had over ${most} rows: the ${rows} from before ${before.toISOString()} were deleted (audit.rows)`,
    )
    await this.database.transaction((transaction) =>
      this.audit.recordAs(transaction, id, 'platform', {
        action: 'audit.trim',
        target: `organization/${slug}`,
        detail: { rows, before: before.toISOString() },
      }),
    )
    return rows
  }

  /** Deletes rows up to a time, in batches; the function of the database spares those of the last day. */
  private async deleteUntil(budget: Budget, organizationId: number, before: Date): Promise<number> {
    const { batchRows } = budget
    for (let total = 0; ; ) {
      if (budget.spent) return total
      const deleted = await budget.step(() =>
        deleteAuditRows(this.database.pools.background, { organizationId, before, most: batchRows }),
      )
      total += deleted
      if (deleted < batchRows) return total
    }
  }

  /** The time of the row after the newest so many; null: there are not so many. */
  private async timeOfRow(budget: Budget, organizationId: number, newer: number): Promise<Date | null> {
    const { rows } = await budget.step(() =>
      this.database.pools.background.query<{ at: Date }>(rowSql, [organizationId, newer]),
    )
    return rows[0]?.at ?? null
  }
}

interface Organization {
  id: number
  slug: string
}

const dayMs = 86_400_000

const rowSql = `
  SELECT at FROM audit_row WHERE organization_id = $1 ORDER BY at DESC OFFSET $2 LIMIT 1`
