import type { CreateMqttToken } from '@heliograph/protocol'
import { Inject, Injectable, Logger, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common'
import { busyError } from '../../foundation/concurrency/busy-error.js'
import type { ConcurrencyLimiter } from '../../foundation/concurrency/concurrency-limiter.js'
import { ConcurrencyLimiters } from '../../foundation/concurrency/concurrency-limiters.js'
import { CONFIG, type Config } from '../../foundation/config/config.js'
import { Database } from '../../foundation/database/database.service.js'
import { ConflictError, LimitError, UnauthorizedError } from '../../foundation/errors/domain-errors.js'
import { reportLimit } from '../../foundation/limits/reported-limits.js'
import { type Principal, shareOf } from '../../foundation/principal/principal.js'
import { randomId } from '../../foundation/secrets/random-id.js'
import { Secrets } from '../../foundation/secrets/secrets.js'
import type { TokenOwner } from '../connections/connection-principal.js'
import { LiveConnections } from '../connections/live-connections.js'
import { isSameOwner, personSessionId } from '../connections/session-ids.js'
import { type GrantedFilters, grantFilters } from './granted-filters.js'
import { SeenDevices } from './seen-devices.js'
import { storeToken } from './store-token.js'
import { tokenLimits, tokenRequestLimits } from './token-limits.js'

const lifetimeMs = 5 * 60 * 1_000
const cleanUpIntervalMs = 60_000
const tooManyRetryAfterSeconds = 60

/** A token with its password, which is shown once. */
export interface IssuedToken {
  clientId: string
  username: string
  password: string
  expiresAt: Date
}

/** Issues short-lived tokens with which people and scripts subscribe and, when granted, publish over MQTT. */
@Injectable()
export class TokenService implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly logger = new Logger(TokenService.name)
  private readonly perOwner: number
  private readonly limiter: ConcurrencyLimiter
  private cleanUpTimer: NodeJS.Timeout | undefined

  constructor(
    private readonly database: Database,
    private readonly secrets: Secrets,
    private readonly live: LiveConnections,
    private readonly seen: SeenDevices,
    @Inject(CONFIG) config: Config,
    private readonly limiters: ConcurrencyLimiters,
  ) {
    this.perOwner = tokenLimits.values(config.limits).perOwner
    this.limiter = limiters.make(tokenRequestLimits, (limits, busy) =>
      busyError('requests for a token', limits, busy),
    )
  }

  onApplicationBootstrap(): void {
    this.cleanUpTimer = setInterval(() => void this.deleteExpired(), cleanUpIntervalMs)
  }

  onModuleDestroy(): void {
    clearInterval(this.cleanUpTimer)
  }

  /**
   * Issues a token. When the client id is that of a live connection of the caller, the connection gets the new filters
   * and the new end without reconnecting. Throws a ForbiddenError for a filter that the caller may not have, and a
   * ConflictError for a client id of another caller.
   */
  async issue(principal: Principal, input: CreateMqttToken): Promise<IssuedToken> {
    const granted = grantFilters(principal, input)
    const share = shareOf(principal)
    const make = () => this.make(principal, input, granted)
    return this.limiter.run(share, () => this.limiters.work.measure(share, make))
  }

  private async make(
    principal: Principal,
    input: CreateMqttToken,
    granted: GrantedFilters,
  ): Promise<IssuedToken> {
    const owner = ownerOf(principal)
    const clientId = input.clientId ?? `${principal.kind === 'person' ? 'web' : 'key'}-${randomId()}`
    const sessionId = personSessionId(principal.organizationSlug, clientId)
    const holder = this.live.ownerOf(sessionId)
    const isOwnClientId = holder !== null && isSameOwner(holder, owner)
    if (holder !== null && !isOwnClientId) throw clientIdTaken(clientId)
    const decidedAtMs = Date.now()
    const subscribe = await this.readable(principal, input, granted)
    const { publish } = granted
    const made = await this.store(principal, { clientId, owner, isOwnClientId }, { subscribe, publish })
    const filters = { subscribe, publish: made.publish, tags: principal.tags }
    this.live.renew(sessionId, owner, filters, { expiresAt: made.token.expiresAt.getTime(), decidedAtMs })
    return made.token
  }

  /** With a tag limit only the filters of devices that the caller sees: another device is as one that does not exist. */
  private async readable(
    { organizationId, organizationSlug, tags }: Principal,
    input: CreateMqttToken,
    granted: GrantedFilters,
  ): Promise<string[]> {
    if (tags === null) return granted.subscribe
    const limited = { organizationId, tags }
    return input.subscribe === undefined
      ? this.seen.filters(limited, organizationSlug)
      : this.seen.within(limited, granted.subscribe)
  }

  /** Throws when the client id is another's, the owner has too many tokens, or the owner or the membership has just ended. */
  private async store(
    { organizationId }: Principal,
    { clientId, owner, isOwnClientId }: { clientId: string; owner: TokenOwner; isOwnClientId: boolean },
    granted: GrantedFilters,
  ): Promise<{ token: IssuedToken; publish: string[] }> {
    const id = randomId()
    const password = this.secrets.make('mqtt token')
    const secretHash = this.secrets.hash('mqtt token', password).hash
    const expiresAtMs = Date.now() + lifetimeMs
    const stored = await storeToken(
      this.database.pools.registry,
      { id, secretHash, clientId, organizationId, owner, expiresAtMs, ...granted },
      { perOwner: this.perOwner, isOwnClientId },
    )
    switch (stored.kind) {
      case 'stored':
        return {
          token: { clientId, username: id, password, expiresAt: stored.expiresAt },
          publish: stored.publish,
        }
      case 'client_id_taken':
        throw clientIdTaken(clientId)
      case 'too_many':
        throw tooManyTokens(this.perOwner)
      case 'owner_ended':
        throw new UnauthorizedError()
    }
  }

  private async deleteExpired(): Promise<void> {
    try {
      await this.database.pools.background.query('DELETE FROM mqtt_token WHERE expires_at <= now()')
    } catch (error) {
      this.logger.warn(
        `expired tokens were not deleted, and are tried again: ${error instanceof Error ? error.message : error}`,
      )
    }
  }
}

function clientIdTaken(clientId: string): ConflictError {
  return new ConflictError(
    `Another caller uses the client id ${clientId}. Choose another.`,
    'client_id_taken',
  )
}

function tooManyTokens(most: number): LimitError {
  const limit = 'tokens.perOwner'
  const windowSeconds = lifetimeMs / 1_000
  const retryAfterSeconds = tooManyRetryAfterSeconds
  reportLimit({ name: limit, quota: most, windowSeconds, remaining: 0, moreInSeconds: retryAfterSeconds })
  const detail = `You have ${most} MQTT tokens, which is the limit. Each ends within five minutes: try again in one.`
  return new LimitError(detail, { code: 'too_many_tokens', limit, retryAfterSeconds })
}

function ownerOf(principal: Principal): TokenOwner {
  return principal.kind === 'person'
    ? { kind: 'session', id: principal.sessionId }
    : { kind: 'apiKey', id: principal.apiKeyId }
}
