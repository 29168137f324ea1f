import type { ChangeEmail, ConfirmedEmail } from '@heliograph/protocol'
import { Inject, Injectable } from '@nestjs/common'
import { CONFIG, type Config } from '../../foundation/config/config.js'
import { Database, isUniqueViolation } from '../../foundation/database/database.service.js'
import { ConflictError, LimitError } from '../../foundation/errors/domain-errors.js'
import { Outbox } from '../../foundation/mail/outbox.js'
import type { Person } from '../../foundation/principal/principal.js'
import { AccountLinks } from '../account-links/account-links.js'
import { PersonAudit } from '../account-links/person-audit.js'
import { PasswordConfirmation } from '../sign-in/password-confirmation.js'
import { SignInLimits } from '../sign-in/sign-in-limits.js'
import { confirmEmailMail, emailWasChangedMail } from './account-mails.js'

const noticeLifeMs = 86_400_000

/** Gives an account another e-mail address, once somebody who reads mail for that address confirms it. */
@Injectable()
export class ChangeEmailService {
  constructor(
    @Inject(CONFIG) private readonly config: Config,
    private readonly database: Database,
    private readonly outbox: Outbox,
    private readonly links: AccountLinks,
    private readonly audit: PersonAudit,
    private readonly confirmation: PasswordConfirmation,
    private readonly signInLimits: SignInLimits,
  ) {}

  /** Mails the link. Whether the address has an account already is said only to who reads its mail. */
  async request(person: Person, { email, password }: ChangeEmail): Promise<void> {
    if (!this.outbox.configured)
      throw new ConflictError(
        'This platform sends no mail, so that a new address cannot be confirmed.',
        'mail_not_configured',
      )
    await this.confirmation.confirm(person, password)
    const { userId } = person
    const newEmail = email.toLowerCase()
    const queued = await this.database.transaction(async (transaction) => {
      const link = await this.links.issue(transaction, { userId, purpose: 'changeEmail', newEmail })
      if (link === null) return false
      const user = await transaction.user.findUniqueOrThrow({ where: { id: userId } })
      const url = `${this.config.publicUrl}/confirm-email#${link.token}`
      const { expiresAt } = link
      return this.outbox.add(transaction, confirmEmailMail(newEmail, user, url, expiresAt), { expiresAt })
    })
    if (!queued)
      throw new LimitError(
        'Too many links were mailed for your account. Use one of them, or try again in an hour.',
        {
          limit: 'accountLinks.open',
          retryAfterSeconds: 3_600,
        },
      )
    this.outbox.sendSoon()
  }

  async confirm(token: string, clientAddress: string): Promise<ConfirmedEmail> {
    const giveBack = this.signInLimits.attemptSecret(clientAddress, 'account link')
    await this.links.find(this.database.accounts, token, 'changeEmail')
    giveBack()
    try {
      const email = await this.change(token)
      this.outbox.sendSoon()
      return { email }
    } catch (error) {
      if (!isUniqueViolation(error)) throw error
      throw new ConflictError('Another account has this address already.', 'email_taken')
    }
  }

  private change(token: string): Promise<string> {
    return this.database.transaction(async (transaction) => {
      const { user, newEmail } = await this.links.use(transaction, token, 'changeEmail')
      if (newEmail === null) throw new Error('a link for another address has that address')
      await transaction.user.update({
        where: { id: user.id },
        data: { email: newEmail, emailVerified: true },
      })
      await this.audit.record(transaction, user.id, {
        action: 'person.changeEmail',
        by: 'person',
        before: { email: user.email },
        after: { email: newEmail },
      })
      const notice = emailWasChangedMail(user, newEmail)
      await this.outbox.add(transaction, notice, { expiresAt: new Date(Date.now() + noticeLifeMs) })
      return newEmail
    })
  }
}
