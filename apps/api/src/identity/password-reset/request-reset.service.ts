import { setTimeout as delay } from 'node:timers/promises'
import { type BeforeApplicationShutdown, Inject, Injectable, Logger } from '@nestjs/common'
import { CONFIG, type Config } from '../../foundation/config/config.js'
import { Database } from '../../foundation/database/database.service.js'
import { ConflictError, UnavailableError } from '../../foundation/errors/domain-errors.js'
import { Outbox } from '../../foundation/mail/outbox.js'
import { AccountLinks } from '../account-links/account-links.js'
import { passwordResetLimits } from './password-reset-limits.js'
import { resetMail } from './reset-mails.js'
import { ResetRequestLimits } from './reset-request-limits.js'

const closeTimeoutMs = 1_000

/**
 * Takes requests for a link for a new password. An account is looked up only after the answer, so that the answer says
 * nothing about it, neither by its text nor by its time.
 */
@Injectable()
export class RequestResetService implements BeforeApplicationShutdown {
  private readonly logger = new Logger(RequestResetService.name)
  private readonly mostWaiting: number
  private readonly waiting: string[] = []
  private working: Promise<void> | null = null

  constructor(
    @Inject(CONFIG) private readonly config: Config,
    private readonly database: Database,
    private readonly outbox: Outbox,
    private readonly links: AccountLinks,
    private readonly limits: ResetRequestLimits,
  ) {
    this.mostWaiting = passwordResetLimits.values(config.limits).waiting
  }

  /** Throws a ConflictError when no mail is sent here, and a LimitError when the address asked too often; also when the database is away. */
  async request(email: string, clientAddress: string): Promise<void> {
    if (!this.outbox.configured)
      throw new ConflictError(
        'This platform sends no mail. Ask whoever runs it for a link: npm run reset-password makes one.',
        'mail_not_configured',
      )
    const account = email.toLowerCase()
    this.limits.count(clientAddress, account)
    if (this.waiting.length >= this.mostWaiting)
      throw new UnavailableError('Too many people ask for links at the moment. Try again.', 'busy', 5)
    await this.database.ping()
    this.waiting.push(account)
    // Once the answer is on its way.
    setImmediate(() => {
      this.working ??= this.work().finally(() => {
        this.working = null
      })
    })
  }

  /** Those whose request was accepted get their link, unless that takes too long. */
  async beforeApplicationShutdown(): Promise<void> {
    await Promise.race([this.working, delay(closeTimeoutMs, undefined, { ref: false })])
  }

  private async work(): Promise<void> {
    for (let account = this.waiting.shift(); account !== undefined; account = this.waiting.shift())
      await this.send(account).catch((error: unknown) => {
        const reason = error instanceof Error ? error.message : error
        this.logger.warn(`a link for a new password was not made: ${reason}`)
      })
  }

  /** Who has no password, as they sign in by another way, gets no link for one. */
  private async send(email: string): Promise<void> {
    const queued = await this.database.transaction(async (transaction) => {
      const user = await transaction.user.findFirst({
        where: { email, accounts: { some: { providerId: 'credential' } } },
        select: { id: true, name: true, email: true },
      })
      const link =
        user && (await this.links.issue(transaction, { userId: user.id, purpose: 'resetPassword' }))
      if (!link) return false
      const url = `${this.config.publicUrl}/reset-password#${link.token}`
      const { expiresAt } = link
      return this.outbox.add(transaction, resetMail(user, url, expiresAt), { expiresAt })
    })
    if (queued) this.outbox.sendSoon()
  }
}
