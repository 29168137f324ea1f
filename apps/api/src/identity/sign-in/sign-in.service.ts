import { Inject, Injectable, Logger } from '@nestjs/common'
import { CONFIG, type Config } from '../../foundation/config/config.js'
import { Database, type Transaction } from '../../foundation/database/database.service.js'
import { EventBus } from '../../foundation/events/event-bus.js'
import { randomId } from '../../foundation/secrets/random-id.js'
import { Secrets } from '../../foundation/secrets/secrets.js'
import { type BetterAuth, createBetterAuth, hashPassword } from './better-auth.js'
import { EarlierSignatures } from './earlier-signatures.js'
import { Origins } from './origins.js'
import { sessionLimits } from './session-limits.js'

export interface SignedInSession {
  sessionId: string
  userId: string
  /** Cookies for the browser, when the session was extended. */
  setCookies: string[]
}

/** People and their sign-in sessions. The tables are better-auth's. */
@Injectable()
export class SignInService {
  private readonly logger = new Logger(SignInService.name)
  private readonly betterAuth: BetterAuth
  private readonly signatures: EarlierSignatures
  private readonly sessionsPerPerson: number
  /** The base URL of better-auth. */
  readonly baseUrl: string

  constructor(
    @Inject(CONFIG) config: Config,
    private readonly database: Database,
    secrets: Secrets,
    events: EventBus,
    readonly origins: Origins,
  ) {
    this.baseUrl = config.publicUrl ?? `http://127.0.0.1:${config.port}`
    this.sessionsPerPerson = sessionLimits.values(config.limits).perPerson
    this.signatures = new EarlierSignatures(secrets)
    this.betterAuth = createBetterAuth({
      prisma: database.accounts,
      baseUrl: this.baseUrl,
      secret: secrets.authSecret,
      log: (level, message) => this.logger[level](message),
      onSessionBegun: ({ userId }) => this.endOldestSessions(userId),
      onSessionEnded: ({ id, userId }) => events.emit('session.ended', { sessionId: id, userId }),
    })
  }

  /** Passes a request to better-auth. */
  handle(request: Request): Promise<Response> {
    this.signatures.renewHeaders(request.headers)
    return this.betterAuth.handler(request)
  }

  /** The session of a cookie or a bearer token; null when there is none or it has ended. */
  async findSession(credential: { cookie: string } | { bearer: string }): Promise<SignedInSession | null> {
    const headers = new Headers(
      'cookie' in credential
        ? { cookie: this.signatures.renewCookies(credential.cookie) }
        : { authorization: `Bearer ${this.signatures.renewBearer(credential.bearer)}` },
    )
    const result = await this.betterAuth.api.getSession({ headers, returnHeaders: true })
    if (result.response === null) return null
    const { session } = result.response
    return { sessionId: session.id, userId: session.userId, setCookies: result.headers.getSetCookie() }
  }

  /** The person is signed in already, so that a failure is only logged; the next sign-in tries again. */
  private async endOldestSessions(userId: string): Promise<void> {
    try {
      const oldest = await this.database.accounts.session.findMany({
        where: { userId },
        orderBy: { createdAt: 'desc' },
        skip: this.sessionsPerPerson,
        select: { token: true },
      })
      if (oldest.length === 0) return
      const { internalAdapter } = await this.betterAuth.$context
      for (const { token } of oldest) await internalAdapter.deleteSession(token)
    } catch (error) {
      this.logger.warn(
        `the oldest sessions of a person were not ended: ${error instanceof Error ? error.message : error}`,
      )
    }
  }

  /** Creates a person, who signs in with a password, in the caller's transaction. */
  async createPerson(
    transaction: Transaction,
    person: {
      name: string
      email: string
      passwordHash: string
      emailVerified?: boolean
      platformAdministrator?: boolean
    },
  ): Promise<{ id: string; name: string; email: string }> {
    const id = randomId(32)
    const { name } = person
    const user = await transaction.user.create({
      data: {
        id,
        name,
        email: person.email.toLowerCase(),
        emailVerified: person.emailVerified ?? false,
        platformAdministrator: person.platformAdministrator ?? false,
      },
    })
    await transaction.account.create({
      data: {
        id: randomId(32),
        userId: id,
        accountId: id,
        providerId: 'credential',
        password: person.passwordHash,
      },
    })
    return { id: user.id, name: user.name, email: user.email }
  }

  hashPassword(password: string): Promise<string> {
    return hashPassword(password)
  }
}
