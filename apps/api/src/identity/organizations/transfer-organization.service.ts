import { mayManageRole } from '@heliograph/protocol'
import { Injectable } from '@nestjs/common'
import { AuditLog } from '../../foundation/audit/audit-log.js'
import { Database } from '../../foundation/database/database.service.js'
import { ConflictError, NotFoundError } from '../../foundation/errors/domain-errors.js'
import { EventBus } from '../../foundation/events/event-bus.js'
import type { Principal } from '../../foundation/principal/principal.js'
import { storedTags } from '../../foundation/principal/stored-limit.js'
import { lockAsWhoMay } from '../members/acting-role.js'
import { revokeInvitationsOf } from '../members/revoke-invitations.js'

/** Makes another member an owner of the organization in place of the caller, who stays as an admin. */
@Injectable()
export class TransferOrganizationService {
  constructor(
    private readonly database: Database,
    private readonly audit: AuditLog,
    private readonly events: EventBus,
  ) {}

  /** The connections of both end, so that they come back with what they may now. */
  async transfer(principal: Principal, to: string): Promise<void> {
    const { organizationId, organizationSlug } = principal
    const from = principal.kind === 'person' ? principal.userId : null
    await this.database.transaction(async (transaction) => {
      await lockAsWhoMay(transaction, principal, 'organization.transfer')
      if (from === null || from === to)
        throw new ConflictError('This is you. Name another member.', 'transfer_to_self')
      const successor = await transaction.member.findUnique({
        where: { organizationId_userId: { organizationId, userId: to } },
      })
      if (successor === null) throw new NotFoundError('There is no such member.', 'member_not_found')
      await this.audit.record(transaction, principal, {
        action: 'organization.transfer',
        target: `organization/${organizationSlug}`,
        before: { owner: from, role: successor.role, tags: storedTags(successor.tags) },
        after: { owner: to, role: 'owner', tags: null },
      })
      const member = (userId: string) => ({ organizationId_userId: { organizationId, userId } })
      await transaction.member.update({ where: member(to), data: { role: 'owner', tags: [] } })
      await transaction.member.update({ where: member(from), data: { role: 'admin' } })
      await revokeInvitationsOf(transaction, organizationId, from, (role) => mayManageRole('admin', role))
    })
    for (const userId of [from, to])
      if (userId !== null) await this.events.emit('member.roleChanged', { organizationId, userId })
  }
}
