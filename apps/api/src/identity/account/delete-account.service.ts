import { Injectable } from '@nestjs/common'
import { AuditLog } from '../../foundation/audit/audit-log.js'
import { Database, type Transaction } from '../../foundation/database/database.service.js'
import { ConflictError } from '../../foundation/errors/domain-errors.js'
import { EventBus } from '../../foundation/events/event-bus.js'
import type { Person } from '../../foundation/principal/principal.js'
import { lockOrganization } from '../members/acting-role.js'
import { type EndedMembership, endMembership } from '../members/end-membership.js'
import { EndedSessions } from '../sign-in/ended-sessions.js'
import { PasswordConfirmation } from '../sign-in/password-confirmation.js'

interface Membership {
  organizationId: number
  role: string
  organization: { slug: string; name: string }
}

/** Deletes a person's own account, with all that they had in their organizations. */
@Injectable()
export class DeleteAccountService {
  constructor(
    private readonly database: Database,
    private readonly audit: AuditLog,
    private readonly events: EventBus,
    private readonly sessions: EndedSessions,
    private readonly confirmation: PasswordConfirmation,
  ) {}

  /** Throws a ConflictError for the last owner of an organization, and for the last administrator of the platform. */
  async delete(person: Person, password: string | undefined): Promise<void> {
    await this.confirmation.confirm(person, password)
    const { userId } = person
    const { memberships, sessionIds } = await this.database.transaction(async (transaction) => {
      await assertAnotherAdministrator(transaction, userId)
      const found = await lockMemberships(transaction, userId)
      await assertOtherOwners(transaction, found)
      const memberships = []
      for (const membership of found)
        memberships.push({ ...membership, ended: await this.leave(transaction, userId, membership) })
      const sessionIds = await this.sessions.delete(transaction, { userId })
      await transaction.user.delete({ where: { id: userId } })
      return { memberships, sessionIds }
    })
    for (const { organizationId, organization, ended } of memberships) {
      const { slug: organizationSlug } = organization
      await this.events.emit('member.removed', { organizationId, organizationSlug, userId, sessionIds })
      for (const apiKeyId of ended.apiKeyIds)
        await this.events.emit('apiKey.revoked', { organizationId, apiKeyId })
    }
    await this.sessions.announce(userId, sessionIds)
  }

  private async leave(
    transaction: Transaction,
    userId: string,
    { organizationId, role }: Membership,
  ): Promise<EndedMembership> {
    const { email } = await transaction.user.findUniqueOrThrow({ where: { id: userId } })
    const ended = await endMembership(transaction, organizationId, userId)
    const entry = {
      action: 'member.leave',
      target: `member/${userId}`,
      detail: { apiKeys: ended.apiKeyIds, revokedInvitations: ended.invitationIds, accountDeleted: true },
      before: { email, role },
    } as const
    await this.audit.recordAs(transaction, organizationId, `person:${userId}`, entry, { role })
    return ended
  }
}

/** Under the locks of their organizations, in one order, so that of two owners who leave at the same time one stays. */
async function lockMemberships(transaction: Transaction, userId: string): Promise<Membership[]> {
  const where = { userId }
  const ids = await transaction.member.findMany({ where, select: { organizationId: true } })
  for (const id of ids.map(({ organizationId }) => organizationId).sort((a, b) => a - b))
    await lockOrganization(transaction, id)
  return transaction.member.findMany({
    where,
    select: {
      organizationId: true,
      role: true,
      organization: { select: { slug: true, name: true } },
    },
    orderBy: { organizationId: 'asc' },
  })
}

async function assertOtherOwners(transaction: Transaction, memberships: Membership[]): Promise<void> {
  const alone: string[] = []
  for (const { organizationId, role, organization } of memberships)
    if (
      role === 'owner' &&
      (await transaction.member.count({ where: { organizationId, role: 'owner' } })) === 1
    )
      alone.push(organization.name)
  if (alone.length === 0) return
  throw new ConflictError(
    `You are the last owner of ${alone.join(', ')}. Make somebody else an owner there first.`,
    'last_owner',
  )
}

async function assertAnotherAdministrator(transaction: Transaction, userId: string): Promise<void> {
  const administrators = await transaction.$queryRaw<{ id: string }[]>`
    SELECT id FROM "user" WHERE platform_administrator ORDER BY id FOR UPDATE`
  if (administrators.length !== 1 || administrators[0]?.id !== userId) return
  throw new ConflictError(
    'You are the last administrator of this platform. Start it with ADMIN_EMAIL set to the address of another account first.',
    'last_platform_administrator',
  )
}
