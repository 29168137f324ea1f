import { type Member, type MemberPage, may, mayManageRole, type UpdateMember } from '@heliograph/protocol'
import { Injectable } from '@nestjs/common'
import { changesOf } from '../../foundation/audit/audit-actions.js'
import { AuditLog } from '../../foundation/audit/audit-log.js'
import { Database, type Transaction } from '../../foundation/database/database.service.js'
import { ConflictError, NotFoundError } from '../../foundation/errors/domain-errors.js'
import { EventBus } from '../../foundation/events/event-bus.js'
import { assertMay } from '../../foundation/principal/assert-may.js'
import type { Principal } from '../../foundation/principal/principal.js'
import { storedTags } from '../../foundation/principal/stored-limit.js'
import { assertMayGive, assertMayManage, lockPeople } from './acting-role.js'
import { endMembership } from './end-membership.js'
import { accessAfter, isSameList, ownedBy } from './member-access.js'
import { listMembersSql, type MemberRow, toMember } from './member-row.js'
import { revokeInvitationsOf } from './revoke-invitations.js'

/** The people of an organization: lists them, changes their roles and tag limits, and removes them. */
@Injectable()
export class MembersService {
  constructor(
    private readonly database: Database,
    private readonly audit: AuditLog,
    private readonly events: EventBus,
  ) {}

  async list(principal: Principal): Promise<MemberPage> {
    return { items: await this.read(principal, null), nextCursor: null }
  }

  /**
   * Changes the role or the tag limit. Connections of the person in this organization end, so that they come back with what
   * they may now.
   */
  async change(principal: Principal, userId: string, change: UpdateMember): Promise<Member> {
    const { organizationId, organizationSlug } = principal
    const changed = await this.database.transaction(async (transaction) => {
      const actor = await lockPeople(transaction, principal)
      // Before the look-up, so that who may not manage members does not learn who is one.
      assertMayManage(actor, change.role ?? 'viewer')
      const before = await find(transaction, organizationId, userId)
      assertMayManage(actor, before.role)
      const after = accessAfter(before, change)
      assertMayGive(principal, after.role, storedTags(after.tags))
      const roleChanges = before.role !== after.role
      const tagsChange = !isSameList(before.tags, after.tags)
      if (!roleChanges && !tagsChange) return null
      if (before.role === 'owner') await assertAnotherOwner(transaction, organizationId)
      const where = { organizationId_userId: { organizationId, userId } }
      await transaction.member.update({ where, data: after })
      const invitations = await revokeInvitationsOf(transaction, organizationId, userId, (invited) =>
        mayManageRole(after.role, invited),
      )
      await this.audit.record(transaction, principal, {
        action: 'member.update',
        target: `member/${userId}`,
        detail: { email: before.user.email, revokedInvitations: invitations },
        ...changesOf(
          { role: before.role, tags: storedTags(before.tags) },
          { role: after.role, tags: storedTags(after.tags) },
        ),
      })
      return { roleChanges, owned: tagsChange ? await ownedBy(transaction, organizationId, userId) : null }
    })
    if (changed?.roleChanges) await this.events.emit('member.roleChanged', { organizationId, userId })
    if (changed?.owned)
      await this.events.emit('member.tagsChanged', {
        organizationId,
        organizationSlug,
        userId,
        ...changed.owned,
      })
    const [member] = await this.read(principal, userId)
    if (member === undefined) throw memberNotFound()
    return member
  }

  /** Removes a member, or lets the caller leave, and ends all that they had in this organization. */
  async remove(principal: Principal, userId: string): Promise<void> {
    const { organizationId, organizationSlug } = principal
    const leaves = principal.kind === 'person' && principal.userId === userId
    // A key may have the role for it, and scopes or a tag limit without it.
    if (!leaves && may(principal.role, 'members.manage')) assertMay(principal, 'members.manage')
    const ended = await this.database.transaction(async (transaction) => {
      const actor = await lockPeople(transaction, principal)
      // Before the look-up, so that who may only leave does not learn who is a member.
      if (!leaves) assertMayManage(actor, 'viewer')
      const { role, user } = await find(transaction, organizationId, userId)
      if (!leaves) assertMayManage(actor, role)
      if (role === 'owner') await assertAnotherOwner(transaction, organizationId)
      const whatEnded = await endMembership(transaction, organizationId, userId)
      await this.audit.record(transaction, principal, {
        action: leaves ? 'member.leave' : 'member.remove',
        target: `member/${userId}`,
        detail: { apiKeys: whatEnded.apiKeyIds, revokedInvitations: whatEnded.invitationIds },
        before: { email: user.email, role },
      })
      return whatEnded
    })
    await this.events.emit('member.removed', {
      organizationId,
      organizationSlug,
      userId,
      sessionIds: ended.sessionIds,
    })
    for (const apiKeyId of ended.apiKeyIds)
      await this.events.emit('apiKey.revoked', { organizationId, apiKeyId })
  }

  /** One member, or all. */
  private async read({ organizationId, permissions }: Principal, userId: string | null): Promise<Member[]> {
    const { rows } = await this.database.pools.registry.query<MemberRow>(listMembersSql, [
      organizationId,
      userId,
    ])
    return rows.map((row) => toMember(row, { toManager: permissions.has('members.manage') }))
  }
}

async function find(transaction: Transaction, organizationId: number, userId: string) {
  const member = await transaction.member.findUnique({
    where: { organizationId_userId: { organizationId, userId } },
    select: { role: true, tags: true, user: { select: { email: true } } },
  })
  if (member === null) throw memberNotFound()
  return member
}

async function assertAnotherOwner(transaction: Transaction, organizationId: number): Promise<void> {
  if ((await transaction.member.count({ where: { organizationId, role: 'owner' } })) > 1) return
  throw new ConflictError(
    'This is the last owner of the organization. Make somebody else an owner first.',
    'last_owner',
  )
}

function memberNotFound(): NotFoundError {
  return new NotFoundError('There is no such member.', 'member_not_found')
}
