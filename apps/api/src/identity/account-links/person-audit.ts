import { Injectable } from '@nestjs/common'
import { type AuditAction, AuditLog } from '../../foundation/audit/audit-log.js'
import type { Transaction } from '../../foundation/database/database.service.js'
import type { Prisma } from '../../foundation/database/generated/client.js'

/** Records changes of an account in each organization that the person is a member of. */
@Injectable()
export class PersonAudit {
  constructor(private readonly audit: AuditLog) {}

  async record(
    transaction: Transaction,
    userId: string,
    entry: {
      action: Extract<AuditAction, `person.${string}`>
      by: 'person' | 'platform'
      detail: Prisma.InputJsonObject
    },
  ): Promise<void> {
    const members = await transaction.member.findMany({
      where: { userId },
      select: { organizationId: true },
      orderBy: { organizationId: 'asc' },
    })
    const actor = entry.by === 'person' ? (`person:${userId}` as const) : 'platform'
    for (const { organizationId } of members)
      await this.audit.recordAs(transaction, organizationId, actor, {
        action: entry.action,
        target: `member/${userId}`,
        detail: entry.detail,
      })
  }
}
