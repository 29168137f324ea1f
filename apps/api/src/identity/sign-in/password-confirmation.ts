import { Injectable } from '@nestjs/common'
import { verify } from '@node-rs/argon2'
import { Database } from '../../foundation/database/database.service.js'
import { ForbiddenError, InvalidError, LimitError } from '../../foundation/errors/domain-errors.js'
import { RateLimiter } from '../../foundation/limits/rate-limiter.js'
import type { Person } from '../../foundation/principal/principal.js'

const recentSignInMs = 600_000
const limit = 'ownPassword.perAccount'

/** Has a signed-in person prove once more that they are who signed in, before something that an open browser must not do. */
@Injectable()
export class PasswordConfirmation {
  /** Counts for each person: a session is needed to try at all. */
  private readonly attempts = new RateLimiter<string>({
    burst: 10,
    refillMs: 60_000,
    maxKeys: 10_000,
    reportedAs: limit,
  })

  constructor(private readonly database: Database) {}

  /** Throws an InvalidError when the password is not theirs. */
  async confirm({ userId, sessionId }: Person, password: string | undefined): Promise<void> {
    const account = await this.database.accounts.account.findFirst({
      where: { userId, providerId: 'credential' },
      select: { password: true },
    })
    const stored = account?.password ?? null
    if (stored === null) return this.confirmRecentSignIn(sessionId)
    const waitSeconds = this.attempts.take(userId)
    if (waitSeconds > 0)
      throw new LimitError(
        `There were too many wrong passwords from your account. Try again in ${waitSeconds} seconds.`,
        { limit, retryAfterSeconds: waitSeconds },
      )
    if (password === undefined || !(await verify(stored, password))) throw notYourPassword()
    this.attempts.giveBack(userId)
  }

  /** For who signs in by another way than a password. */
  private async confirmRecentSignIn(id: string): Promise<void> {
    const session = await this.database.accounts.session.findUnique({ where: { id } })
    if (session !== null && session.createdAt.getTime() > Date.now() - recentSignInMs) return
    throw new ForbiddenError(
      'This needs a sign-in within the last ten minutes. Sign out, sign in, and try again.',
      'recent_sign_in_required',
    )
  }
}

function notYourPassword(): InvalidError {
  const message = 'is not your password'
  return new InvalidError(`password: ${message}`, 'invalid_password', [{ path: 'password', message }])
}
