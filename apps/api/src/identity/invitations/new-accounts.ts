import type { Organization } from '@heliograph/protocol'
import { Inject, Injectable } from '@nestjs/common'
import { CONFIG, type Config } from '../../foundation/config/config.js'
import { Database, isUniqueViolation, type Transaction } from '../../foundation/database/database.service.js'
import {
  ConflictError,
  LimitError,
  NotFoundError,
  UnavailableError,
} from '../../foundation/errors/domain-errors.js'
import { RateLimiter } from '../../foundation/limits/rate-limiter.js'
import { Outbox } from '../../foundation/mail/outbox.js'
import { randomId } from '../../foundation/secrets/random-id.js'
import { Secrets } from '../../foundation/secrets/secrets.js'
import { linkLifeMs } from '../account-links/account-link-limits.js'
import { SignInService } from '../sign-in/sign-in.service.js'
import { SignInLimits } from '../sign-in/sign-in-limits.js'
import { invitationLimits } from './invitation-limits.js'
import type { FoundInvitation } from './invitation-lookup.js'
import { newAccountMail } from './invitation-mails.js'
import { JoinOrganization } from './join-organization.js'
import type { NewAccount } from './new-account.js'

const ofTaken = 'invitations.takenAddresses'

/** Makes accounts for people who join by an invitation. Where mail is sent, the address is confirmed first. */
@Injectable()
export class NewAccounts {
  private readonly limits: ReturnType<typeof invitationLimits.values>
  private readonly lifeMs: number
  private readonly taken: RateLimiter<string>

  constructor(
    @Inject(CONFIG) private readonly config: Config,
    private readonly database: Database,
    private readonly secrets: Secrets,
    private readonly outbox: Outbox,
    private readonly signIn: SignInService,
    private readonly signInLimits: SignInLimits,
    private readonly joining: JoinOrganization,
  ) {
    this.limits = invitationLimits.values(config.limits)
    this.lifeMs = linkLifeMs(config.limits)
    const burst = this.limits.takenAddresses
    this.taken = new RateLimiter({ burst, refillMs: 3_600_000, maxKeys: 10_000, reportedAs: ofTaken })
  }

  /**
   * Keeps the account until the mail to its address is opened. Nobody looks whether there is such an account, so that
   * neither the answer nor its time tells.
   */
  async mailConfirmation(invitation: FoundInvitation, account: NewAccount): Promise<void> {
    const { name, email, password } = account
    const passwordHash = await this.signIn.hashPassword(password)
    const token = this.secrets.make('account link')
    const expiresAt = new Date(Date.now() + this.lifeMs)
    const queued = await this.database.transaction(async (transaction) => {
      await this.assertFewUnconfirmed(transaction, invitation.id)
      await transaction.newAccount.create({
        data: {
          id: randomId(),
          invitationId: invitation.id,
          name,
          email,
          passwordHash,
          secretHash: this.secrets.hash('account link', token).hash,
          expiresAt,
        },
      })
      const url = `${this.config.publicUrl}/join/confirm#${token}`
      return this.outbox.add(
        transaction,
        newAccountMail(email, invitation.organization.name, url, expiresAt),
        { expiresAt, organizationId: invitation.organizationId },
      )
    })
    if (!queued)
      throw new UnavailableError(
        'Too many mails of this platform wait to be sent. Try again in ten minutes.',
        'busy',
        600,
      )
    this.outbox.sendSoon()
  }

  /** Makes the account whose mail was opened, and lets it join. */
  async confirm(token: string, clientAddress: string): Promise<Organization> {
    const giveBack = this.signInLimits.attemptSecret(clientAddress, 'invitation')
    const hashes = this.secrets.hashes('account link', token).map(({ hash }) => hash)
    const found = await this.database.accounts.newAccount.findFirst({
      where: { secretHash: { in: hashes }, expiresAt: { gt: new Date() } },
      include: { invitation: { select: { organizationId: true } } },
    })
    if (found === null) throw deadLink()
    giveBack()
    const { id, invitationId, invitation, name, email, passwordHash } = found
    return this.create({ name, email, passwordHash, emailVerified: true }, async (transaction, userId) => {
      if ((await transaction.newAccount.deleteMany({ where: { id } })).count === 0) throw deadLink()
      return this.joining.join(transaction, invitationId, invitation.organizationId, userId)
    })
  }

  /**
   * Makes an account at once: for who reads mail for the address, and where no mail is sent. A taken address counts as an
   * attempt to sign in, and for the invitation, so that nobody tries many to find out who has an account.
   */
  async createAtOnce(
    invitation: FoundInvitation,
    account: NewAccount,
    { clientAddress, emailVerified }: { clientAddress: string; emailVerified: boolean },
  ): Promise<Organization> {
    const { name, email, password } = account
    const giveBack = await this.signInLimits.attempt({
      address: clientAddress,
      account: email,
      browser: null,
      isKnownAddress: async () => false,
    })
    const waitSeconds = this.taken.take(invitation.id)
    if (waitSeconds > 0)
      throw new LimitError(
        `This invitation was tried with too many addresses. Sign in with your account to join, or try again in ${Math.ceil(waitSeconds / 60)} minutes.`,
        { limit: ofTaken, retryAfterSeconds: waitSeconds },
      )
    const passwordHash = await this.signIn.hashPassword(password)
    const person = { name, email, passwordHash, emailVerified }
    const joined = await this.create(person, (transaction, userId) =>
      this.joining.join(transaction, invitation.id, invitation.organizationId, userId),
    )
    giveBack()
    this.taken.giveBack(invitation.id)
    return joined
  }

  private async create(
    person: { name: string; email: string; passwordHash: string; emailVerified: boolean },
    join: (transaction: Transaction, userId: string) => Promise<Organization>,
  ): Promise<Organization> {
    try {
      return await this.database.transaction(async (transaction) => {
        const { id } = await this.signIn.createPerson(transaction, person)
        return join(transaction, id)
      })
    } catch (error) {
      if (!isUniqueViolation(error)) throw error
      const detail = 'There is an account with this e-mail address already. Sign in with it to join.'
      throw new ConflictError(detail, 'account_exists')
    }
  }

  private async assertFewUnconfirmed(transaction: Transaction, invitationId: string): Promise<void> {
    await transaction.$queryRaw`SELECT FROM invitation WHERE id = ${invitationId} FOR NO KEY UPDATE`
    const where = { invitationId, expiresAt: { gt: new Date() } }
    if ((await transaction.newAccount.count({ where })) < this.limits.unconfirmed) return
    throw new LimitError(
      'Too many mails were sent for this invitation. Open one of them, or try again in an hour.',
      { limit: 'invitations.unconfirmed', retryAfterSeconds: Math.ceil(this.lifeMs / 1_000) },
    )
  }
}

function deadLink(): NotFoundError {
  return new NotFoundError(
    'This link does not work any more: it was used or has expired. Open the link of the invitation once more.',
    'link_not_found',
  )
}
