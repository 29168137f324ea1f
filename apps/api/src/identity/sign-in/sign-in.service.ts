import type { IncomingHttpHeaders } from 'node:http'
import { Inject, Injectable, Logger } from '@nestjs/common'
import { APIError } from 'better-auth/api'
import { cookieRules } from '../../foundation/addresses/cookie-rules.js'
import { CONFIG, type Config } from '../../foundation/config/config.js'
import { Database, type Transaction } from '../../foundation/database/database.service.js'
import { EventBus } from '../../foundation/events/event-bus.js'
import { randomId } from '../../foundation/secrets/random-id.js'
import { Secrets } from '../../foundation/secrets/secrets.js'
import type { AccountChange } from '../account-changes/account-change.js'
import { AccountChanges } from '../account-changes/account-changes.js'
import { PersonAudit } from '../account-links/person-audit.js'
import { OpenIdConnect } from '../openid-connect/openid-connect.js'
import { type BetterAuth, createBetterAuth, hashPassword } from './better-auth.js'
import { EarlierSignatures } from './earlier-signatures.js'
import { Origins } from './origins.js'
import { passkeyHost } from './second-factor-plugins.js'
import { passkeyLimits, sessionLimits } from './session-limits.js'

export interface SignedInSession {
  sessionId: string
  userId: string
  /** Cookies for the browser, when the session was extended. */
  setCookies: string[]
}

export interface SignedInPerson {
  id: string
  name: string
  email: string
  twoFactorEnabled: boolean
  sessionId: string
  /** How the session began; null: it began before this was recorded. */
  method: string | null
}

/** People and their sign-in sessions. The tables are better-auth's. */
@Injectable()
export class SignInService {
  private readonly logger = new Logger(SignInService.name)
  private readonly betterAuth: BetterAuth
  private readonly signatures: EarlierSignatures
  private readonly sessionsPerPerson: number
  private readonly passkeysPerPerson: number
  /** The base URL of better-auth. */
  readonly baseUrl: string

  constructor(
    @Inject(CONFIG) config: Config,
    private readonly database: Database,
    secrets: Secrets,
    events: EventBus,
    private readonly openIdConnect: OpenIdConnect,
    private readonly changes: AccountChanges,
    private readonly audit: PersonAudit,
    readonly origins: Origins,
  ) {
    this.baseUrl = config.publicUrl ?? `http://127.0.0.1:${config.port}`
    this.sessionsPerPerson = sessionLimits.values(config.limits).perPerson
    this.passkeysPerPerson = passkeyLimits.values(config.limits).perPerson
    this.signatures = new EarlierSignatures(secrets)
    this.betterAuth = createBetterAuth({
      prisma: changes.client,
      baseUrl: this.baseUrl,
      cookies: cookieRules(config.publicUrl),
      secrets: secrets.numberedAuthSecrets,
      openIdConnect,
      passkeyHost: passkeyHost(config.publicUrl, config.port),
      log: (level, message) => this.logger[level](message),
      assertRoomForPasskey: (userId) => this.assertRoomForPasskey(userId),
      onProviderConnected: (userId) => this.recordConnected(userId),
      onSessionBegun: async ({ id, userId, byPassword }) => {
        changes.current?.begunSessions.push({ id, userId })
        await this.afterCommit(() => this.endOldestSessions({ userId, byPassword }))
      },
      onSessionEnded: async ({ id, userId }) => {
        changes.current?.endedSessions.push({ id, userId })
        await this.afterCommit(() => events.emit('session.ended', { sessionId: id, userId }))
      },
    })
  }

  /** Passes a request to better-auth. `record` writes rows of the audit into the transaction of what it changes. */
  handle(request: Request, record: (change: AccountChange) => Promise<void>): Promise<Response> {
    this.signatures.renewHeaders(request.headers)
    return this.changes.run(() => this.openIdConnect.request(() => this.betterAuth.handler(request)), record)
  }

  /** What a session that begins or ends leads to. Outside of a call, the session's row is committed already. */
  private async afterCommit(followUp: () => Promise<void>): Promise<void> {
    const change = this.changes.current
    if (change === null) await followUp()
    else change.afterCommit(followUp)
  }

  private async recordConnected(userId: string): Promise<void> {
    const transaction = await this.changes.current?.begin()
    if (transaction === undefined) throw new Error('an account is connected in a call of better-auth alone')
    await this.audit.record(transaction, userId, { action: 'person.connectProvider', by: 'person' })
  }

  /** The session of a cookie or a bearer token; null when there is none or it has ended. */
  async findSession(credential: { cookie: string } | { bearer: string }): Promise<SignedInSession | null> {
    const headers = new Headers(
      'cookie' in credential
        ? { cookie: this.signatures.renewCookies(credential.cookie) }
        : { authorization: `Bearer ${this.signatures.renewBearer(credential.bearer)}` },
    )
    return this.sessionOf(headers)
  }

  private async sessionOf(headers: Headers): Promise<SignedInSession | null> {
    const result = await this.betterAuth.api.getSession({ headers, returnHeaders: true })
    if (result.response === null) return null
    const { session } = result.response
    return { sessionId: session.id, userId: session.userId, setCookies: result.headers.getSetCookie() }
  }

  /**
   * Who is signed in by a request that better-auth is about to handle, as it will see it: a bearer token with a right signature
   * takes the place of the cookie, also when its session has ended.
   */
  async findPerson(
    given: Pick<IncomingHttpHeaders, 'authorization' | 'cookie'>,
  ): Promise<SignedInPerson | null> {
    const headers = new Headers()
    for (const name of ['authorization', 'cookie'] as const)
      if (given[name] !== undefined) headers.set(name, given[name])
    this.signatures.renewHeaders(headers)
    const session = await this.sessionOf(headers)
    if (session === null) return null
    const row = await this.database.accounts.session.findUnique({
      where: { id: session.sessionId },
      select: {
        method: true,
        user: { select: { id: true, name: true, email: true, twoFactorEnabled: true } },
      },
    })
    return row && { ...row.user, method: row.method, sessionId: session.sessionId }
  }

  /** How many recovery codes a person with a second factor has left. */
  async countRecoveryCodes(userId: string): Promise<number> {
    const { backupCodes } = await this.betterAuth.api.viewBackupCodes({ body: { userId } })
    return backupCodes.length
  }

  private async assertRoomForPasskey(userId: string): Promise<void> {
    if ((await this.database.accounts.passkey.count({ where: { userId } })) < this.passkeysPerPerson) return
    throw new APIError('CONFLICT', {
      code: 'TOO_MANY_PASSKEYS',
      message: `You have ${this.passkeysPerPerson} passkeys, which is the limit. Remove one of them first.`,
    })
  }

  /**
   * The person is signed in already, so that a failure is only logged; the next sign-in tries again. A session by a password is
   * deleted again when a code has to follow: it ends no other, so that a password alone ends none.
   */
  private async endOldestSessions({
    userId,
    byPassword,
  }: {
    userId: string
    byPassword: boolean
  }): Promise<void> {
    try {
      if (byPassword && (await this.hasTwoFactor(userId))) return
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

  /** Whether a code has to follow the person's password. */
  private async hasTwoFactor(userId: string): Promise<boolean> {
    const user = await this.database.accounts.user.findUnique({
      where: { id: userId },
      select: { twoFactorEnabled: true },
    })
    return user?.twoFactorEnabled === true
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
