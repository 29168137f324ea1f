import { type CreateMqttToken, rolesThatMay } from '@heliograph/protocol'
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
    await this.refuseForeignClientId(principal, sessionId, clientId, owner)
    await this.makeSureOfRoom(owner)
    const decidedAtMs = Date.now()
    const subscribe = await this.readable(principal, input, granted)
    const { publish, ...token } = await this.store(principal, clientId, { ...granted, subscribe })
    const filters = { subscribe, publish, tags: principal.tags }
    this.live.renew(sessionId, owner, filters, { expiresAt: token.expiresAt.getTime(), decidedAtMs })
    return token
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

  private async refuseForeignClientId(
    principal: Principal,
    sessionId: string,
    clientId: string,
    owner: TokenOwner,
  ): Promise<void> {
    const holder = this.live.ownerOf(sessionId)
    if (holder !== null && isSameOwner(holder, owner)) return
    const others = await this.database.prisma.mqttToken.count({
      where: {
        organizationId: principal.organizationId,
        clientId,
        expiresAt: { gt: new Date() },
        NOT: owner.kind === 'session' ? { sessionId: owner.id } : { apiKeyId: owner.id },
      },
    })
    if (holder !== null || others > 0)
      throw new ConflictError(
        `Another caller uses the client id ${clientId}. Choose another.`,
        'client_id_taken',
      )
  }

  /** Concurrent requests may take a few more, no more than one caller has requests in work. */
  private async makeSureOfRoom({ kind, id }: TokenOwner): Promise<void> {
    const { rows } = await this.database.pools.registry.query<{ tokens: number }>(
      kind === 'session' ? countOfSession : countOfApiKey,
      [id],
    )
    if ((rows[0]?.tokens ?? 0) < this.perOwner) return
    const name = 'tokens.perOwner'
    const windowSeconds = lifetimeMs / 1_000
    const moreInSeconds = tooManyRetryAfterSeconds
    reportLimit({ name, quota: this.perOwner, windowSeconds, remaining: 0, moreInSeconds })
    const detail = `You have ${this.perOwner} MQTT tokens, which is the limit. Each ends within five minutes: try again in one.`
    throw new LimitError(detail, { code: 'too_many_tokens', limit: name, retryAfterSeconds: moreInSeconds })
  }

  /**
   * The token ends with its owner at the latest, and publishes what the role of the person behind it allows now. Throws when
   * the owner or the membership has just ended.
   */
  private async store(
    principal: Principal,
    clientId: string,
    granted: GrantedFilters,
  ): Promise<IssuedToken & { publish: string[] }> {
    const id = randomId()
    const password = this.secrets.make('mqtt token')
    const owner = ownerOf(principal)
    const { rows } = await this.database.pools.registry.query<{ expiresAt: Date; publish: string[] }>(
      owner.kind === 'session' ? insertForSession : insertForApiKey,
      [
        id,
        this.secrets.hash('mqtt token', password).hash,
        clientId,
        principal.organizationId,
        owner.id,
        granted.subscribe,
        granted.publish,
        new Date(Date.now() + lifetimeMs),
        rolesThatMay('apps.publish'),
      ],
    )
    if (rows[0] === undefined) throw new UnauthorizedError()
    return { clientId, username: id, password, ...rows[0] }
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

const insertInto = (table: 'session' | 'api_key', person: 'user_id' | 'created_by_id') => `
  INSERT INTO mqtt_token (id, secret_hash, client_id, organization_id, ${table}_id, subscribe, publish, expires_at)
  SELECT $1, $2, $3, $4, owner.id, $6,
    CASE WHEN owner.${person} IS NULL OR member.role = ANY($9::"Role"[]) THEN $7::text[] ELSE '{}' END,
    LEAST($8::timestamptz, owner.expires_at)
  FROM ${table} AS owner
  LEFT JOIN member ON member.organization_id = $4 AND member.user_id = owner.${person}
  WHERE owner.id = $5 AND owner.expires_at > now() AND (owner.${person} IS NULL OR member.user_id IS NOT NULL)
  RETURNING expires_at AS "expiresAt", publish`
const countOf = (column: 'session_id' | 'api_key_id') =>
  `SELECT count(*)::int AS tokens FROM mqtt_token WHERE ${column} = $1 AND expires_at > now()`
const countOfSession = countOf('session_id')
const countOfApiKey = countOf('api_key_id')
const insertForSession = insertInto('session', 'user_id')
const insertForApiKey = insertInto('api_key', 'created_by_id')

function ownerOf(principal: Principal): TokenOwner {
  return principal.kind === 'person'
    ? { kind: 'session', id: principal.sessionId }
    : { kind: 'apiKey', id: principal.apiKeyId }
}
