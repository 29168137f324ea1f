import type { Organization } from '@heliograph/protocol'
import { Inject, Injectable } from '@nestjs/common'
import { AuditLog } from '../../foundation/audit/audit-log.js'
import { CONFIG, type Config } from '../../foundation/config/config.js'
import type { Transaction } from '../../foundation/database/database.service.js'
import { ConflictError, ForbiddenError } from '../../foundation/errors/domain-errors.js'
import { storedTags } from '../../foundation/principal/stored-limit.js'
import { lockOrganization, roleOf } from '../members/acting-role.js'
import { memberLimits } from '../members/member-limits.js'
import { type FoundInvitation, InvitationLookup } from './invitation-lookup.js'

/** Makes a person a member by an invitation, which is used then. */
@Injectable()
export class JoinOrganization {
  private readonly mostMembers: number

  constructor(
    private readonly lookup: InvitationLookup,
    private readonly audit: AuditLog,
    @Inject(CONFIG) config: Config,
  ) {
    this.mostMembers = memberLimits.values(config.limits).perOrganization
  }

  async join(
    transaction: Transaction,
    invitationId: string,
    organizationId: number,
    userId: string,
  ): Promise<Organization> {
    await lockOrganization(transaction, organizationId)
    const invitation = await this.lookup.findAgain(transaction, invitationId)
    const { id, role, tags, organization } = invitation
    await assertIsFor(transaction, invitation, userId)
    if ((await roleOf(transaction, organizationId, userId)) !== null)
      throw new ConflictError(`You are a member of ${organization.name} already.`, 'already_member')
    await this.assertRoom(transaction, organizationId)
    await transaction.member.create({ data: { organizationId, userId, role, tags } })
    await transaction.invitation.update({
      where: { id },
      data: { acceptedAt: new Date(), acceptedById: userId },
    })
    await this.audit.recordAs(transaction, organizationId, `person:${userId}`, {
      action: 'member.join',
      target: `member/${userId}`,
      detail: { invitation: id },
      after: { role, tags: storedTags(tags) },
    })
    return { slug: organization.slug, name: organization.name, role, tags: storedTags(tags) }
  }

  private async assertRoom(transaction: Transaction, organizationId: number): Promise<void> {
    if ((await transaction.member.count({ where: { organizationId } })) < this.mostMembers) return
    throw new ConflictError(
      `The organization has ${this.mostMembers} members, which is the limit.`,
      'too_many_members',
    )
  }
}

async function assertIsFor(
  transaction: Transaction,
  { email }: FoundInvitation,
  userId: string,
): Promise<void> {
  if (email === null) return
  const user = await transaction.user.findUniqueOrThrow({ where: { id: userId } })
  if (user.email === email) return
  throw new ForbiddenError(
    `This invitation is for ${email}, and you are signed in as ${user.email}. Sign in as the former.`,
    'invitation_for_other',
  )
}
