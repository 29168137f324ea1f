import type { AcceptedInvitation, AcceptInvitation, InvitationDetails } from '@heliograph/protocol'
import { Injectable } from '@nestjs/common'
import { Database } from '../../foundation/database/database.service.js'
import { Outbox } from '../../foundation/mail/outbox.js'
import type { Person } from '../../foundation/principal/principal.js'
import { storedTags } from '../../foundation/principal/stored-limit.js'
import { InvitationLookup } from './invitation-lookup.js'
import { JoinOrganization } from './join-organization.js'
import { MailedTokens } from './mailed-token.js'
import { newAccountOf } from './new-account.js'
import { NewAccounts } from './new-accounts.js'

/** Shows an invitation to whoever has its link, and lets them join. */
@Injectable()
export class AcceptInvitationService {
  constructor(
    private readonly database: Database,
    private readonly lookup: InvitationLookup,
    private readonly mailedTokens: MailedTokens,
    private readonly joining: JoinOrganization,
    private readonly newAccounts: NewAccounts,
    private readonly outbox: Outbox,
  ) {}

  async read(text: string, clientAddress: string): Promise<InvitationDetails> {
    const { token } = this.mailedTokens.read(text)
    const { organization, role, tags, createdBy, createdByKey, email, expiresAt } = await this.lookup.find(
      token,
      clientAddress,
    )
    return {
      organization: { slug: organization.slug, name: organization.name },
      role,
      tags: storedTags(tags),
      invitedBy: createdBy?.name ?? createdByKey?.name ?? null,
      email,
      expiresAt: expiresAt.toISOString(),
    }
  }

  /** Makes the signed-in person a member, or somebody with a new account: at once, or once its address is confirmed. */
  async accept(
    person: Person | null,
    input: AcceptInvitation,
    clientAddress: string,
  ): Promise<AcceptedInvitation> {
    const { token, byMail } = this.mailedTokens.read(input.token)
    const found = await this.lookup.find(token, clientAddress)
    if (person !== null) {
      const joined = await this.database.transaction((transaction) =>
        this.joining.join(transaction, found.id, found.organizationId, person.userId),
      )
      return { ...joined, mailedTo: null }
    }
    const account = newAccountOf(input, found)
    const isProven = byMail && account.email === found.email
    if (this.outbox.configured && !isProven) {
      await this.newAccounts.mailConfirmation(found, account)
      const { slug, name } = found.organization
      return { slug, name, role: found.role, tags: storedTags(found.tags), mailedTo: account.email }
    }
    const joined = await this.newAccounts.createAtOnce(found, account, {
      clientAddress,
      emailVerified: isProven,
    })
    return { ...joined, mailedTo: null }
  }
}
