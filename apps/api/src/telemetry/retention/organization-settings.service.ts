import type { OrganizationSettings, UpdateOrganization } from '@heliograph/protocol'
import { Injectable } from '@nestjs/common'
import { changesOf } from '../../foundation/audit/audit-actions.js'
import { AuditLog } from '../../foundation/audit/audit-log.js'
import { Database } from '../../foundation/database/database.service.js'
import { ConflictError, ForbiddenError } from '../../foundation/errors/domain-errors.js'
import type { Principal } from '../../foundation/principal/principal.js'
import { TwoFactorRequirement } from '../../identity/two-factor-requirement/two-factor-requirement.js'
import { cutMs } from './retention.js'
import { RetentionService } from './retention.service.js'

/** The settings of an organization: its name, whether it requires two-factor, and how long it keeps telemetry. */
@Injectable()
export class OrganizationSettingsService {
  constructor(
    private readonly database: Database,
    private readonly audit: AuditLog,
    private readonly retention: RetentionService,
    private readonly twoFactor: TwoFactorRequirement,
  ) {}

  async read({ organizationId: id }: Principal): Promise<OrganizationSettings> {
    return this.describe(await this.database.prisma.organization.findUniqueOrThrow({ where: { id } }))
  }

  async update(principal: Principal, change: UpdateOrganization): Promise<OrganizationSettings> {
    if (change.requiresTwoFactor !== undefined) await this.assertMayRequire(principal)
    const where = { id: principal.organizationId }
    const changed = await this.database.transaction(async (transaction) => {
      const before = await transaction.organization.findUniqueOrThrow({ where })
      const { name, retentionDays, requiresTwoFactor } = before
      const changes = changesOf({ name, retentionDays, requiresTwoFactor }, change)
      if (Object.keys(changes.after).length === 0) return before
      await this.audit.record(transaction, principal, {
        action: 'organization.update',
        target: `organization/${before.slug}`,
        ...changes,
      })
      return transaction.organization.update({ where, data: change })
    })
    if (change.requiresTwoFactor === true) await this.twoFactor.enforce({ organizationId: where.id })
    await this.retention.refresh()
    return this.describe(changed)
  }

  /** Whoever asks two-factor of others has it, and so does who lets others go without. */
  private async assertMayRequire(principal: Principal): Promise<void> {
    if (principal.kind !== 'person')
      throw new ForbiddenError('Only a signed-in person may change this, not an API key.')
    if (await this.twoFactor.isMetBy(principal)) return
    throw new ConflictError(
      'You have no two-factor yourself. Turn it on in your account, or sign in with a passkey, and try again.',
      'own_two_factor_missing',
    )
  }

  private describe({ slug, name, retentionDays, requiresTwoFactor }: Row): OrganizationSettings {
    const { defaultDays, nextRunAtMs } = this.retention
    const days = (retentionDays ?? defaultDays) || null
    return {
      slug,
      name,
      requiresTwoFactor,
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
  requiresTwoFactor: boolean
  retentionDays: number | null
}
