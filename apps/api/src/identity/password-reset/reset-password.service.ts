import type { PasswordResetDetails, PasswordWasReset, ResetPassword } from '@heliograph/protocol'
import { Injectable } from '@nestjs/common'
import { Database } from '../../foundation/database/database.service.js'
import { InvalidError } from '../../foundation/errors/domain-errors.js'
import { Outbox } from '../../foundation/mail/outbox.js'
import { AccountLinks, type FoundLink } from '../account-links/account-links.js'
import { PersonAudit } from '../account-links/person-audit.js'
import { passwordProblem } from '../passwords/password-problem.js'
import { EndedSessions } from '../sign-in/ended-sessions.js'
import { SignInService } from '../sign-in/sign-in.service.js'
import { SignInLimits } from '../sign-in/sign-in-limits.js'
import { passwordWasResetMail } from './reset-mails.js'

const noticeLifeMs = 86_400_000

/** Sets a new password for whoever has the link. */
@Injectable()
export class ResetPasswordService {
  constructor(
    private readonly database: Database,
    private readonly links: AccountLinks,
    private readonly signIn: SignInService,
    private readonly signInLimits: SignInLimits,
    private readonly sessions: EndedSessions,
    private readonly audit: PersonAudit,
    private readonly outbox: Outbox,
  ) {}

  /** The account that a link is for. Links that do not work count as attempts to sign in from the address. */
  async read(token: string, clientAddress: string): Promise<PasswordResetDetails> {
    const { user, expiresAt } = await this.find(token, clientAddress)
    return { email: user.email, expiresAt: expiresAt.toISOString() }
  }

  /** Ends the link, and every session of the person. */
  async reset({ token, password }: ResetPassword, clientAddress: string): Promise<PasswordWasReset> {
    const found = await this.find(token, clientAddress)
    checkPassword(password, found.user)
    const passwordHash = await this.signIn.hashPassword(password)
    const { user, ended } = await this.database.transaction(async (transaction) => {
      const { user } = await this.links.use(transaction, token, 'resetPassword')
      await transaction.account.updateMany({
        where: { userId: user.id, providerId: 'credential' },
        data: { password: passwordHash },
      })
      const ended = await this.sessions.delete(transaction, { userId: user.id })
      await this.audit.record(transaction, user.id, {
        action: 'person.resetPassword',
        by: 'person',
        detail: { email: user.email, endedSessions: ended.length },
      })
      const expiresAt = new Date(Date.now() + noticeLifeMs)
      await this.outbox.add(transaction, passwordWasResetMail(user), { expiresAt })
      return { user, ended }
    })
    this.outbox.sendSoon()
    await this.sessions.announce(user.id, ended)
    return { email: user.email }
  }

  private async find(token: string, clientAddress: string): Promise<FoundLink> {
    const giveBack = this.signInLimits.attemptSecret(clientAddress, 'account link')
    const found = await this.links.find(this.database.accounts, token, 'resetPassword')
    giveBack()
    return found
  }
}

function checkPassword(password: string, { name, email }: FoundLink['user']): void {
  const problem = passwordProblem(password, [name, email])
  if (problem === null) return
  throw new InvalidError(`password: ${problem}`, 'password_weak', [{ path: 'password', message: problem }])
}
