import { randomBytes } from 'node:crypto'
import type { ConnectRequest } from '@heliograph/broker'
import { appsFilter, may } from '@heliograph/protocol'
import { Injectable } from '@nestjs/common'
import { UnauthorizedError } from '../../foundation/errors/domain-errors.js'
import { Secrets } from '../../foundation/secrets/secrets.js'
import { GatheredRuns } from '../../foundation/timers/gathered-runs.js'
import { ApiKeyVerifier, type VerifiedApiKey } from '../../identity/api-keys/api-key-verifier.js'
import { type ConnectResult, refuseConnect } from '../connections/connect-refusal.js'
import type { ConnectionPrincipal, PersonConnection } from '../connections/connection-principal.js'
import { apiKeySessionId, quotaOwner, tokenOwner } from '../connections/session-ids.js'
import { grantFilters } from '../tokens/granted-filters.js'

/** Authenticates scripts that connect with an API key as their password. They may do what a token of the key could. */
@Injectable()
export class ApiKeyAuthenticator {
  private readonly keys = new GatheredRuns((key: string) => this.verify(key))

  constructor(
    private readonly apiKeys: ApiKeyVerifier,
    private readonly secrets: Secrets,
  ) {}

  recognizes(password: string): boolean {
    return this.secrets.looksLike('api key', password)
  }

  /** The user name is the slug of the key's organization. Rejects when the database does not answer. */
  async authenticate({ clientId: asked, username }: ConnectRequest, key: string): Promise<ConnectResult> {
    const authenticatedAtMs = Date.now()
    const verified = await this.keys.result(key)
    if (verified === null) return refuseConnect('bad_credentials')
    const { apiKeyId, organizationSlug } = verified.principal
    if (username !== undefined && username !== organizationSlug) {
      const detail = 'the user name of an API key is the slug of its organization'
      return refuseConnect('bad_credentials', detail)
    }
    const principal = connectionPrincipal(verified, authenticatedAtMs)
    if (principal === null) return refuseConnect('not_authorized', 'the API key may not subscribe')
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
    return verified === null ? null : connectionPrincipal(verified, authenticatedAtMs)
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

/** All that the key may subscribe and publish; null when it may not even subscribe. */
function connectionPrincipal(
  { principal, userId }: VerifiedApiKey,
  authenticatedAtMs: number,
): PersonConnection | null {
  const { organizationId, organizationSlug, role, apiKeyId } = principal
  if (!may(role, 'topics.subscribe')) return null
  const publish = may(role, 'apps.publish') ? [appsFilter(organizationSlug)] : []
  return {
    kind: 'person',
    organizationId,
    organizationSlug,
    owner: { kind: 'apiKey', id: apiKeyId },
    userId,
    authenticatedAtMs,
    mqtt: { kind: 'person', org: organizationSlug, ...grantFilters(principal, { publish }) },
  }
}
