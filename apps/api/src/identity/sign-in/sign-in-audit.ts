import { Injectable, Logger } from '@nestjs/common'
import { Database } from '../../foundation/database/database.service.js'
import { type PersonAction, PersonAudit } from '../account-links/person-audit.js'

/** Records changes of how people sign in. better-auth makes them itself, so that the row follows the change in a transaction of its own. */
@Injectable()
export class SignInAudit {
  private readonly logger = new Logger(SignInAudit.name)

  constructor(
    private readonly database: Database,
    private readonly audit: PersonAudit,
  ) {}

  /** The change is made already, so that a failure is only logged. */
  async recordAfter(userId: string, action: PersonAction): Promise<void> {
    try {
      await this.database.transaction((transaction) =>
        this.audit.record(transaction, userId, { action, by: 'person' }),
      )
    } catch (error) {
      this.logger.error(
        `${action} of person ${userId} is not in the audit: ${error instanceof Error ? error.message : error}`,
      )
    }
  }
}
