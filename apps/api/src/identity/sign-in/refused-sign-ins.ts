import { type BeforeApplicationShutdown, Injectable, Logger } from '@nestjs/common'
import { AuditLog, platformAudit } from '../../foundation/audit/audit-log.js'
import { runFrom } from '../../foundation/audit/request-origin.js'
import { Database } from '../../foundation/database/database.service.js'
import { personTarget } from '../account-links/person-audit.js'
import { type RefusedSignIn, type SignInRefusal, SignInRefusals } from './sign-in-refusals.js'

const flushIntervalMs = 1_000

/**
 * Records refused sign-ins of accounts that exist in the audit of the platform, where their owners read them. What somebody
 * tries on one account is gathered into few rows (sign-in-refusals.ts). It changes neither the answer nor its time.
 */
@Injectable()
export class RefusedSignIns implements BeforeApplicationShutdown {
  private readonly logger = new Logger(RefusedSignIns.name)
  private readonly refusals = new SignInRefusals()
  private timer: NodeJS.Timeout | null = null
  private writing: Promise<void> = Promise.resolve()

  constructor(
    private readonly database: Database,
    private readonly audit: AuditLog,
  ) {}

  note(refused: RefusedSignIn): void {
    this.refusals.add(refused, Date.now())
    this.timer ??= setInterval(() => this.flush(), flushIntervalMs).unref()
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.stop()
    await this.writing
    await this.write(this.refusals.takeAll())
  }

  private flush(): void {
    if (this.refusals.isEmpty) this.stop()
    const due = this.refusals.takeDue(Date.now())
    if (due.length > 0) this.writing = this.writing.then(() => this.write(due))
  }

  private stop(): void {
    if (this.timer !== null) clearInterval(this.timer)
    this.timer = null
  }

  /** A failure is only logged: nobody is refused or let in for it. */
  private async write(due: readonly SignInRefusal[]): Promise<void> {
    if (due.length === 0) return
    try {
      const { rows } = await this.database.pools.background.query<{ id: string; email: string }>(
        'SELECT id, email FROM "user" WHERE email = ANY($1::text[])',
        [due.map(({ account }) => account)],
      )
      const ids = new Map(rows.map(({ id, email }) => [email, id]))
      for (const refusal of due) {
        const userId = ids.get(refusal.account)
        if (userId === undefined) this.refusals.forget(refusal)
        else await this.record(userId, refusal)
      }
    } catch (error) {
      this.logger.warn(
        `refused sign-ins are missing from the audit: ${error instanceof Error ? error.message : error}`,
      )
    }
  }

  private async record(userId: string, refusal: SignInRefusal): Promise<void> {
    const { account: email, method, attempts, sinceMs, addresses, userAgent } = refusal
    const [address = null] = addresses
    await runFrom({ address, userAgent, requestId: null, sessionId: null }, () =>
      this.database.transaction((transaction) =>
        this.audit.recordAs(transaction, platformAudit, 'unknown', {
          action: 'person.signInRefused',
          target: personTarget(userId),
          detail: { email, method, attempts, since: new Date(sinceMs).toISOString(), addresses },
        }),
      ),
    )
  }
}
