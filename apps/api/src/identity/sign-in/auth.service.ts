import { Inject, Injectable, Logger } from '@nestjs/common'
import { CONFIG, type Config } from '../../foundation/config/config.js'
import { Database, type Transaction } from '../../foundation/database/database.service.js'
import { EventBus } from '../../foundation/events/event-bus.js'
import { randomId } from '../../foundation/secrets/random-id.js'
import { Secrets } from '../../foundation/secrets/secrets.js'
import { type Auth, createAuth, hashPassword } from './auth-options.js'
import { Origins } from './origins.js'

export interface SignedInSession {
  sessionId: string
  userId: string
  /** Cookies that the browser should get, when the session was prolonged. */
  setCookies: string[]
}

/** People: who they are and whether they are signed in. The tables are better-auth's. */
@Injectable()
export class AuthService {
  private readonly logger = new Logger(AuthService.name)
  private readonly auth: Auth
  /** The address that better-auth knows itself by. */
  readonly baseUrl: string

  constructor(
    @Inject(CONFIG) config: Config,
    database: Database,
    secrets: Secrets,
    events: EventBus,
    readonly origins: Origins,
  ) {
    this.baseUrl = config.publicUrl ?? `http://127.0.0.1:${config.port}`
    this.auth = createAuth({
      prisma: database.prisma,
      baseUrl: this.baseUrl,
      secret: secrets.authSecret,
      log: (level, message) => this.logger[level](message),
      onSessionEnded: ({ id, userId }) => events.emit('session.ended', { sessionId: id, userId }),
    })
  }

  /** better-auth's answer to a request of its own. */
  handle(request: Request): Promise<Response> {
    return this.auth.handler(request)
  }

  /** The live session that a cookie or a bearer token stands for, or null. */
  async findSession(credential: { cookie: string } | { bearer: string }): Promise<SignedInSession | null> {
    const headers = new Headers(
      'cookie' in credential
        ? { cookie: credential.cookie }
        : { authorization: `Bearer ${credential.bearer}` },
    )
    const result = await this.auth.api.getSession({ headers, returnHeaders: true })
    if (result.response === null) return null
    const { session } = result.response
    return { sessionId: session.id, userId: session.userId, setCookies: result.headers.getSetCookie() }
  }

  /** Makes a person who signs in with a password, in the caller's transaction. */
  async createPerson(
    transaction: Transaction,
    person: { name: string; email: string; passwordHash: string },
  ): Promise<{ id: string; name: string; email: string }> {
    const id = randomId(32)
    const user = await transaction.user.create({
      data: { id, name: person.name, email: person.email.toLowerCase(), emailVerified: false },
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
