import type { Role } from '@heliograph/protocol'
import { mayHaveTagLimit, mayManageRole } from '@heliograph/protocol'
import { Inject, Injectable, Logger } from '@nestjs/common'
import { AuditLog } from '../../foundation/audit/audit-log.js'
import { CONFIG, type Config } from '../../foundation/config/config.js'
import type { Transaction } from '../../foundation/database/database.service.js'
import { EventBus } from '../../foundation/events/event-bus.js'
import type { AccountChange } from '../account-changes/account-change.js'
import { lockOrganization } from '../members/acting-role.js'
import { type EndedMembership, endMembership } from '../members/end-membership.js'
import { memberLimits } from '../members/member-limits.js'
import { revokeInvitationsOf } from '../members/revoke-invitations.js'

/** The membership of one person in one organization, and the role that their groups give there. */
interface Membership {
  organizationId: number
  userId: string
  /** null: no group gives one any more. */
  role: Role | null
}

type Outcome = { kind: 'kept' } | { kind: 'role' } | { kind: 'ended'; ended: EndedMembership }

const kept: Outcome = { kind: 'kept' }

/** How the audit tells these changes from those of members. */
const by = 'OpenID Connect'

/**
 * Gives people the memberships of their groups at the OpenID provider. Only memberships that were made here follow the groups:
 * who was invited, or founded the organization, stays what they are.
 */
@Injectable()
export class MappedMemberships {
  private readonly logger = new Logger(MappedMemberships.name)
  private readonly mostMembers: number

  constructor(
    @Inject(CONFIG) config: Config,
    private readonly audit: AuditLog,
    private readonly events: EventBus,
  ) {
    this.mostMembers = memberLimits.values(config.limits).perOrganization
  }

  /** In the transaction of the sign-in. `roles` is the role in each organization, by its slug. */
  async apply(change: AccountChange, userId: string, roles: ReadonlyMap<string, Role>): Promise<void> {
    const transaction = await change.begin()
    const organizations = await transaction.organization.findMany({
      where: {
        deletedAt: null,
        OR: [{ slug: { in: [...roles.keys()] } }, { members: { some: { userId, mapped: true } } }],
      },
      select: { id: true, slug: true },
      orderBy: { id: 'asc' },
    })
    for (const { id: organizationId, slug } of organizations) {
      const membership = { organizationId, userId, role: roles.get(slug) ?? null }
      const outcome = await this.applyOne(transaction, membership)
      change.afterCommit(() => this.announce(outcome, membership, slug))
    }
    const unknown = [...roles.keys()].filter((slug) => !organizations.some((one) => one.slug === slug))
    if (unknown.length > 0)
      this.logger.warn(`OIDC_ROLE_MAP names organizations that do not exist: ${unknown.join(', ')}`)
  }

  private async applyOne(transaction: Transaction, membership: Membership): Promise<Outcome> {
    const { organizationId, userId, role } = membership
    if (!(await lockOrganization(transaction, organizationId))) return kept
    const where = { organizationId_userId: { organizationId, userId } }
    const member = await transaction.member.findUnique({ where })
    if (member === null) return role === null ? kept : this.join(transaction, { ...membership, role })
    if (!member.mapped || member.role === role) return kept
    if (member.role === 'owner' && (await isOnlyOwner(transaction, organizationId))) {
      this.logger.warn(`person ${userId} stays an owner without a group that says so: there is no other one`)
      return kept
    }
    if (role === null) return this.end(transaction, membership, member.role)
    return this.changeRole(transaction, { ...membership, role }, member.role)
  }

  private async join(transaction: Transaction, membership: Membership & { role: Role }): Promise<Outcome> {
    const { organizationId, userId, role } = membership
    if ((await transaction.member.count({ where: { organizationId } })) >= this.mostMembers) {
      this.logger.warn(
        `person ${userId} got no membership: the organization has as many members as it may have`,
      )
      return kept
    }
    await transaction.member.create({ data: { organizationId, userId, role, mapped: true } })
    await this.audit.recordAs(transaction, organizationId, 'platform', {
      action: 'member.join',
      target: `member/${userId}`,
      detail: { by },
      after: { role },
    })
    return kept
  }

  private async changeRole(
    transaction: Transaction,
    { organizationId, userId, role }: Membership & { role: Role },
    from: Role,
  ): Promise<Outcome> {
    const where = { organizationId_userId: { organizationId, userId } }
    await transaction.member.update({
      where,
      data: mayHaveTagLimit(role) ? { role } : { role, tags: [] },
    })
    const revoked = await revokeInvitationsOf(transaction, organizationId, userId, (invited) =>
      mayManageRole(role, invited),
    )
    await this.audit.recordAs(transaction, organizationId, 'platform', {
      action: 'member.update',
      target: `member/${userId}`,
      detail: { revokedInvitations: revoked, by },
      before: { role: from },
      after: { role },
    })
    return { kind: 'role' }
  }

  private async end(
    transaction: Transaction,
    { organizationId, userId }: Membership,
    role: Role,
  ): Promise<Outcome> {
    const ended = await endMembership(transaction, organizationId, userId)
    await this.audit.recordAs(transaction, organizationId, 'platform', {
      action: 'member.remove',
      target: `member/${userId}`,
      detail: { apiKeys: ended.apiKeyIds, revokedInvitations: ended.invitationIds, by },
      before: { role },
    })
    return { kind: 'ended', ended }
  }

  private async announce(
    outcome: Outcome,
    { organizationId, userId }: Membership,
    organizationSlug: string,
  ): Promise<void> {
    if (outcome.kind === 'role') await this.events.emit('member.roleChanged', { organizationId, userId })
    if (outcome.kind !== 'ended') return
    const { sessionIds, apiKeyIds } = outcome.ended
    await this.events.emit('member.removed', { organizationId, organizationSlug, userId, sessionIds })
    for (const apiKeyId of apiKeyIds) await this.events.emit('apiKey.revoked', { organizationId, apiKeyId })
  }
}

async function isOnlyOwner(transaction: Transaction, organizationId: number): Promise<boolean> {
  return (await transaction.member.count({ where: { organizationId, role: 'owner' } })) <= 1
}
