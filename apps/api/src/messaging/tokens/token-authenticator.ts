import type { Broker, ConnectRequest } from '@heliograph/broker'
import { narrowTags, rolesThatMay } from '@heliograph/protocol'
import { Injectable } from '@nestjs/common'
import { Database } from '../../foundation/database/database.service.js'
import { EventBus } from '../../foundation/events/event-bus.js'
import { storedTags } from '../../foundation/principal/stored-limit.js'
import { Secrets } from '../../foundation/secrets/secrets.js'
import { clientOf } from '../../http/front-door/client.js'
import { Origins } from '../../identity/sign-in/origins.js'
import { withTwoFactorsSql } from '../../identity/two-factor-requirement/with-two-factors.js'
import { type ConnectResult, refuseConnect } from '../connections/connect-refusal.js'
import type {
  ConnectionPrincipal,
  PersonConnection,
  TokenOwner,
} from '../connections/connection-principal.js'
import { isSameOwner, personSessionId, quotaOwner, tokenOwner } from '../connections/session-ids.js'
import { SeenDevices } from './seen-devices.js'

/** Authenticates people and scripts by the tokens that they got over REST. */
@Injectable()
export class TokenAuthenticator {
  constructor(
    private readonly database: Database,
    private readonly secrets: Secrets,
    private readonly origins: Origins,
    private readonly events: EventBus,
    private readonly seen: SeenDevices,
  ) {}

  recognizes(password: string): boolean {
    return this.secrets.looksLike('mqtt token', password)
  }

  /** Rejects when the database does not answer. */
  async authenticate(
    connect: ConnectRequest,
    password: string,
    broker: Broker<ConnectionPrincipal>,
  ): Promise<ConnectResult> {
    const authenticatedAtMs = Date.now()
    const token = await this.find(password)
    if (token === null || (connect.username !== undefined && connect.username !== token.id))
      return refuseConnect('bad_credentials')
    if (token.owner.kind === 'session' && this.comesFromForeignPage(connect)) {
      this.reportForeignPage(token, connect)
      return refuseConnect('not_authorized')
    }
    if (token.expiresAt <= Date.now()) return refuseConnect('expired')
    if (connect.clientId !== token.clientId) return refuseConnect('wrong_client_id')

    const sessionId = personSessionId(token.organizationSlug, token.clientId)
    if (isTaken(broker, sessionId, token.owner)) return refuseConnect('wrong_client_id')
    const principal = await this.connectionPrincipal(token, authenticatedAtMs)
    return {
      ok: true,
      principal,
      sessionId,
      group: principal.organizationSlug,
      owner: tokenOwner(principal.owner),
      quotaOwner: quotaOwner(principal.owner, token.userId),
      expiresAt: token.expiresAt,
    }
  }

  /** The principal of a token that an owner has for this client id; null without one. Rejects when the database does not answer. */
  async principalOf(owner: TokenOwner, clientId: string): Promise<ConnectionPrincipal | null> {
    const authenticatedAtMs = Date.now()
    const { rows } = await this.database.pools.authentication.query<TokenRow>(findByClientSql, [
      rolesThatMay('apps.publish'),
      clientId,
      owner.kind === 'session' ? owner.id : null,
      owner.kind === 'apiKey' ? owner.id : null,
    ])
    const [token] = rows
    return token === undefined ? null : this.connectionPrincipal({ ...token, owner }, authenticatedAtMs)
  }

  /** With a tag limit it reads of the granted filters those of devices that have one of the tags now, and publishes nothing. */
  private async connectionPrincipal(
    token: StoredToken,
    authenticatedAtMs: number,
  ): Promise<PersonConnection> {
    const { organizationId, organizationSlug, owner, behindUserId } = token
    const tags = narrowTags(storedTags(token.keyTags), storedTags(token.memberTags))
    const filters =
      tags === null
        ? { subscribe: token.subscribe, publish: token.publish }
        : { subscribe: await this.seen.within({ organizationId, tags }, token.subscribe), publish: [] }
    return {
      kind: 'person',
      organizationId,
      organizationSlug,
      owner,
      userId: behindUserId,
      tags,
      authenticatedAtMs,
      mqtt: { kind: 'person', org: organizationSlug, ...filters },
    }
  }

  /**
   * Whether the connection comes from a page of another origin. It is asked only of tokens that a page requested with a
   * cookie: a device or a script proves itself by its own secret, and firmware sends any origin.
   */
  private comesFromForeignPage({ httpRequest }: ConnectRequest): boolean {
    const origin = httpRequest?.headers.origin
    return (
      httpRequest !== undefined && origin !== undefined && !this.origins.allows(origin, clientOf(httpRequest))
    )
  }

  private reportForeignPage({ organizationId }: StoredToken, { httpRequest }: ConnectRequest): void {
    const detail = `a page of ${httpRequest?.headers.origin?.slice(0, longestOrigin)} used a token of a signed-in person`
    void this.events.emit('refused', { organizationId, code: 'origin_refused', detail })
  }

  private async find(password: string): Promise<StoredToken | null> {
    const { rows } = await this.database.pools.authentication.query<TokenRow>(findSql, [
      rolesThatMay('apps.publish'),
      this.secrets.hashes('mqtt token', password).map(({ hash }) => hash),
    ])
    const [row] = rows
    if (row === undefined) return null
    const { sessionId, apiKeyId, ...token } = row
    const owner = ownerOf(sessionId, apiKeyId)
    return owner === null ? null : { ...token, owner }
  }
}

const longestOrigin = 100

interface TokenFacts {
  id: string
  clientId: string
  organizationId: number
  organizationSlug: string
  subscribe: string[]
  publish: string[]
  expiresAt: number
  /** Of a token that was made with a sign-in session. */
  userId: string | null
  /** The person signed in, or behind the API key. */
  behindUserId: string | null
  /** The tag limits of that person and of the API key; empty or null: none. */
  memberTags: string[] | null
  keyTags: string[] | null
}
type TokenRow = TokenFacts & { sessionId: string | null; apiKeyId: string | null }
type StoredToken = TokenFacts & { owner: TokenOwner }

/**
 * A token is refused when the person behind it is no member any more, or signed in without a second factor that the organization
 * requires. It publishes nothing when their role is none of $1.
 */
const tokensSql = `
  SELECT token.id, token.client_id AS "clientId", token.subscribe,
    CASE WHEN behind.user_id IS NULL OR member.role = ANY($1::"Role"[]) THEN token.publish ELSE '{}' END AS publish,
    organization.id AS "organizationId", organization.slug AS "organizationSlug",
    token.session_id AS "sessionId", session.user_id AS "userId", behind.user_id AS "behindUserId",
    token.api_key_id AS "apiKeyId", member.tags AS "memberTags", api_key.tags AS "keyTags",
    floor(extract(epoch FROM LEAST(token.expires_at, session.expires_at, api_key.expires_at)) * 1000)::float8 AS "expiresAt"
  FROM mqtt_token AS token
  JOIN organization ON organization.id = token.organization_id AND organization.deleted_at IS NULL
  LEFT JOIN session ON session.id = token.session_id
  LEFT JOIN api_key ON api_key.id = token.api_key_id
  CROSS JOIN LATERAL (SELECT COALESCE(session.user_id, api_key.created_by_id) AS user_id) AS behind
  LEFT JOIN member ON member.organization_id = token.organization_id AND member.user_id = behind.user_id
  LEFT JOIN "user" AS person ON person.id = session.user_id
  WHERE (behind.user_id IS NULL OR member.user_id IS NOT NULL)
    AND (session.id IS NULL OR NOT organization.requires_two_factor OR ${withTwoFactorsSql('person', 'session')})`

const findSql = `${tokensSql} AND token.secret_hash = ANY($2::bytea[])`

const findByClientSql = `${tokensSql} AND token.client_id = $2 AND (token.session_id = $3 OR token.api_key_id = $4)
  AND LEAST(token.expires_at, session.expires_at, api_key.expires_at) > now()
  ORDER BY token.expires_at DESC LIMIT 1`

function ownerOf(sessionId: string | null, apiKeyId: string | null): TokenOwner | null {
  if (sessionId !== null) return { kind: 'session', id: sessionId }
  return apiKeyId === null ? null : { kind: 'apiKey', id: apiKeyId }
}

/** Whether another owner is connected with this client id, which may have been free when the token was made. */
function isTaken(broker: Broker<ConnectionPrincipal>, sessionId: string, owner: TokenOwner): boolean {
  for (const { sessionId: other, principal } of broker.clients()) {
    if (other !== sessionId || principal.kind !== 'person') continue
    return !isSameOwner(principal.owner, owner)
  }
  return false
}
