import { randomBytes } from 'node:crypto'
import type { ConnectRequest } from '@heliograph/broker'
import { appsFilter } from '@heliograph/protocol'
import { Injectable } from '@nestjs/common'
import { InvalidError, UnauthorizedError } from '../../foundation/errors/domain-errors.js'
import { Secrets } from '../../foundation/secrets/secrets.js'
import { GatheredRuns } from '../../foundation/timers/gathered-runs.js'
import { ApiKeyUses } from '../../identity/api-keys/api-key-uses.js'
import { ApiKeyVerifier, type VerifiedApiKey } from '../../identity/api-keys/api-key-verifier.js'
import { type ConnectResult, refuseConnect } from '../connections/connect-refusal.js'
import type { ConnectionPrincipal, PersonConnection } from '../connections/connection-principal.js'
import { apiKeySessionId, quotaOwner, tokenOwner } from '../connections/session-ids.js'
import { type GrantedFilters, grantFilters } from '../tokens/granted-filters.js'
import { SeenDevices } from '../tokens/seen-devices.js'

/** Authenticates scripts that connect with an API key as their password. They may do what a token of the key could. */
@Injectable()
export class ApiKeyAuthenticator {
  private readonly keys = new GatheredRuns((key: string) => this.verify(key))

  constructor(
    private readonly apiKeys: ApiKeyVerifier,
    private readonly uses: ApiKeyUses,
    private readonly seen: SeenDevices,
    private readonly secrets: Secrets,
  ) {}

  recognizes(password: string): boolean {
    return this.secrets.looksLike('api key', password)
  }

  /** The user name is the slug of the key's organization. Rejects when the database does not answer. */
  async authenticate(
    { clientId: asked, username, remoteAddress }: ConnectRequest,
    key: string,
  ): Promise<ConnectResult> {
    const authenticatedAtMs = Date.now()
    const verified = await this.keys.result(key)
    if (verified === null) return refuseConnect('bad_credentials')
    const { apiKeyId, organizationSlug } = verified.principal
    if (username !== undefined && username !== organizationSlug) {
      const detail = 'the user name of an API key is the slug of its organization'
      return refuseConnect('bad_credentials', detail)
    }
    const filters = await this.filtersOf(verified)
    if (typeof filters === 'string') return refuseConnect('not_authorized', filters)
    this.uses.note(apiKeyId, remoteAddress)
    const principal = connectionPrincipal(verified, filters, authenticatedAtMs)
    const clientId = asked === '' ? `key-${randomBytes(assignedBytes).toString('hex')}` : asked
    return {
      ok: true,
      principal,
      sessionId: apiKeySessionId(organizationSlug, apiKeyId, clientId),
      clientId,
      group: organizationSlug,
      owner: tokenOwner(principal.owner),
      quotaOwner: quotaOwner(principal.owner, verified.userId),
      expiresAt: verified.expiresAt.getTime(),
    }
  }

  /** The principal of a key by its id; null when it may not connect any more. Rejects when the database does not answer. */
  async principalOf(apiKeyId: string): Promise<ConnectionPrincipal | null> {
    const authenticatedAtMs = Date.now()
    const verified = await this.apiKeys.findById(apiKeyId)
    const filters = verified && (await this.filtersOf(verified))
    if (verified === null || filters === null || typeof filters === 'string') return null
    return connectionPrincipal(verified, filters, authenticatedAtMs)
  }

  /** All that the key may subscribe and publish, as a token of it could be granted; or why it may not connect. */
  private async filtersOf({ principal }: VerifiedApiKey): Promise<GrantedFilters | string> {
    const { organizationId, organizationSlug, permissions, tags } = principal
    if (!permissions.has('topics.subscribe')) return 'the API key may not subscribe'
    const publish = permissions.has('apps.publish') ? [appsFilter(organizationSlug)] : []
    const granted = grantFilters(principal, { publish })
    if (tags === null) return granted
    try {
      return { ...granted, subscribe: await this.seen.filters({ organizationId, tags }, organizationSlug) }
    } catch (error) {
      if (error instanceof InvalidError) return error.message
      throw error
    }
  }

  private async verify(key: string): Promise<VerifiedApiKey | null> {
    try {
      return await this.apiKeys.verify(key)
    } catch (error) {
      // The person behind it is no member any more.
      if (error instanceof UnauthorizedError) return null
      throw error
    }
  }
}

/** Enough that two of one key never meet. */
const assignedBytes = 6

function connectionPrincipal(
  { principal, userId }: VerifiedApiKey,
  filters: GrantedFilters,
  authenticatedAtMs: number,
): PersonConnection {
  const { organizationId, organizationSlug, apiKeyId, tags } = principal
  return {
    kind: 'person',
    organizationId,
    organizationSlug,
    owner: { kind: 'apiKey', id: apiKeyId },
    userId,
    tags,
    authenticatedAtMs,
    mqtt: { kind: 'person', org: organizationSlug, ...filters },
  }
}
