import type { AcceptInvitation, InvitationDetails, Organization } from '@heliograph/protocol'
import { Inject, Injectable } from '@nestjs/common'
import { AuditLog } from '../../foundation/audit/audit-log.js'
import { CONFIG, type Config } from '../../foundation/config/config.js'
import { Database, isUniqueViolation, type Transaction } from '../../foundation/database/database.service.js'
import { ConflictError, ForbiddenError } from '../../foundation/errors/domain-errors.js'
import type { Person } from '../../foundation/principal/principal.js'
import { lockOrganization, roleOf } from '../members/acting-role.js'
import { memberLimits } from '../members/member-limits.js'
import { SignInService } from '../sign-in/sign-in.service.js'
import { SignInLimits } from '../sign-in/sign-in-limits.js'
import { type FoundInvitation, InvitationLookup } from './invitation-lookup.js'
import { newAccountOf } from './new-account.js'

/** Shows an invitation to whoever has its link, and lets them join. */
@Injectable()
export class AcceptInvitationService {
  private readonly mostMembers: number

  constructor(
    private readonly database: Database,
    private readonly lookup: InvitationLookup,
    private readonly signIn: SignInService,
    private readonly signInLimits: SignInLimits,
    private readonly audit: AuditLog,
    @Inject(CONFIG) config: Config,
  ) {
    this.mostMembers = memberLimits.values(config.limits).perOrganization
  }

  async read(token: string, clientAddress: string): Promise<InvitationDetails> {
    const { organization, role, createdBy, createdByKey, email, expiresAt } = await this.lookup.find(
      token,
      clientAddress,
    )
    return {
      organization: { slug: organization.slug, name: organization.name },
      role,
      invitedBy: createdBy?.name ?? createdByKey?.name ?? null,
      email,
      expiresAt: expiresAt.toISOString(),
    }
  }

  /** Makes the signed-in person a member, or somebody whose account is made in the same transaction. */
  async accept(person: Person | null, input: AcceptInvitation, clientAddress: string): Promise<Organization> {
    const found = await this.lookup.find(input.token, clientAddress)
    if (person !== null)
      return this.database.transaction((transaction) =>
        this.join(transaction, found, input.token, person.userId),
      )
    return this.joinWithNewAccount(found, input, clientAddress)
  }

  /** A taken address counts as an attempt to sign in, so that nobody tries many to find out who has an account. */
  private async joinWithNewAccount(
    found: FoundInvitation,
    input: AcceptInvitation,
    clientAddress: string,
  ): Promise<Organization> {
    const account = newAccountOf(input, found)
    const giveBack = await this.signInLimits.attempt({
      address: clientAddress,
      account: account.email,
      browser: null,
      isKnownAddress: async () => false,
    })
    const passwordHash = await this.signIn.hashPassword(account.password)
    try {
      const joined = await this.database.transaction(async (transaction) => {
        const { id } = await this.signIn.createPerson(transaction, { ...account, passwordHash })
        return this.join(transaction, found, input.token, id)
      })
      giveBack()
      return joined
    } catch (error) {
      if (!isUniqueViolation(error)) throw error
      const detail = 'There is an account with this e-mail address already. Sign in with it to join.'
      throw new ConflictError(detail, 'account_exists')
    }
  }

  private async join(
    transaction: Transaction,
    { organizationId }: FoundInvitation,
    token: string,
    userId: string,
  ): Promise<Organization> {
    await lockOrganization(transaction, organizationId)
    const invitation = await this.lookup.findAgain(transaction, token)
    const { id, role, organization } = invitation
    await assertIsFor(transaction, invitation, userId)
    if ((await roleOf(transaction, organizationId, userId)) !== null)
      throw new ConflictError(`You are a member of ${organization.name} already.`, 'already_member')
    await this.assertRoom(transaction, organizationId)
    await transaction.member.create({ data: { organizationId, userId, role } })
    await transaction.invitation.update({
      where: { id },
      data: { acceptedAt: new Date(), acceptedById: userId },
    })
    await this.audit.recordAs(transaction, organizationId, `person:${userId}`, {
      action: 'member.join',
      target: `member/${userId}`,
      detail: { invitation: id },
      after: { role },
    })
    return { slug: organization.slug, name: organization.name, role }
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
