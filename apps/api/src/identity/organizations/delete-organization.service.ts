import { Injectable } from '@nestjs/common'
import { AuditLog } from '../../foundation/audit/audit-log.js'
import { Database } from '../../foundation/database/database.service.js'
import { InvalidError } from '../../foundation/errors/domain-errors.js'
import { EventBus } from '../../foundation/events/event-bus.js'
import type { Principal } from '../../foundation/principal/principal.js'
import { lockAsWhoMay } from '../members/acting-role.js'

/**
 * Deletes an organization. Its people, keys, tokens and invitations go in one transaction, so that nobody acts in it from
 * then on; its devices are refused at once, and deleted with their telemetry in the background.
 */
@Injectable()
export class DeleteOrganizationService {
  constructor(
    private readonly database: Database,
    private readonly audit: AuditLog,
    private readonly events: EventBus,
  ) {}

  /** When this resolves, all connections of the organization are ended. */
  async delete(principal: Principal, confirm: string): Promise<void> {
    const { organizationId, organizationSlug } = principal
    if (confirm !== organizationSlug) throw notConfirmed(organizationSlug)
    await this.database.transaction(async (transaction) => {
      await lockAsWhoMay(transaction, principal, 'organization.delete')
      const { name, _count: counts } = await transaction.organization.findUniqueOrThrow({
        where: { id: organizationId },
        select: {
          name: true,
          _count: { select: { members: true, devices: true, apiKeys: true, applications: true } },
        },
      })
      await this.audit.recordForPlatform(transaction, principal, {
        action: 'organization.delete',
        target: `organization/${organizationSlug}`,
        before: { name, ...counts },
      })
      const where = { organizationId }
      await transaction.mqttToken.deleteMany({ where })
      await transaction.invitation.deleteMany({ where })
      await transaction.outgoingMail.deleteMany({ where })
      await transaction.apiKey.deleteMany({ where })
      await transaction.application.deleteMany({ where })
      await transaction.member.deleteMany({ where })
      await transaction.organization.update({
        where: { id: organizationId },
        data: { deletedAt: new Date() },
      })
    })
    await this.events.emit('organization.deleted', { organizationId, organizationSlug })
  }
}

function notConfirmed(slug: string): InvalidError {
  const message = `must be ${slug}, the slug of this organization`
  return new InvalidError(`confirm: ${message}`, 'not_confirmed', [{ path: 'confirm', message }])
}
