import type { AuditAction } from '@heliograph/protocol'
import { Injectable } from '@nestjs/common'
import type { AuditFacts } from '../../foundation/audit/audit-actions.js'
import { AuditLog } from '../../foundation/audit/audit-log.js'
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

/** Records changes of an account in each organization that the person is a member of. */
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
    for (const { organizationId } of members)
      await this.audit.recordAs(transaction, organizationId, actor, { ...entry, target: `member/${userId}` })
  }
}
