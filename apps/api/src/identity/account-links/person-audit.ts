import type { AuditAction } from '@heliograph/protocol'
import { Injectable } from '@nestjs/common'
import type { AuditFacts } from '../../foundation/audit/audit-actions.js'
import { AuditLog, platformAudit } from '../../foundation/audit/audit-log.js'
import type { Transaction } from '../../foundation/database/database.service.js'

/** What people change of their own accounts. */
export type PersonAction = Extract<AuditAction, `person.${string}`>

interface PersonEntry<Action extends PersonAction> {
  action: Action
  by: 'person' | 'platform'
  detail?: AuditFacts<Action>
  before?: AuditFacts<Action>
  after?: AuditFacts<Action>
}

/** How the audit of the platform names a person; in that of an organization they are `member/…`. */
export const personTarget = (userId: string) => `person/${userId}`

/**
 * Records what people do with their accounts, in the audit of the platform, and in that of each organization that the person is
 * a member of at that time.
 */
@Injectable()
export class PersonAudit {
  constructor(private readonly audit: AuditLog) {}

  async record<Action extends PersonAction>(
    transaction: Transaction,
    userId: string,
    { by, ...entry }: PersonEntry<Action>,
  ): Promise<void> {
    const members = await transaction.member.findMany({
      where: { userId },
      select: { organizationId: true },
      orderBy: { organizationId: 'asc' },
    })
    const actor = by === 'person' ? (`person:${userId}` as const) : 'platform'
    await this.audit.recordInEach(
      transaction,
      members.map(({ organizationId }) => organizationId),
      actor,
      { ...entry, target: `member/${userId}` },
    )
    await this.audit.recordAs(transaction, platformAudit, actor, { ...entry, target: personTarget(userId) })
  }
}
