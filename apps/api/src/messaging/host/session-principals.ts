import { Injectable } from '@nestjs/common'
import { Database } from '../../foundation/database/database.service.js'
import { ApplicationVerifier } from '../../registry/applications/application-verifier.js'
import type { VerifiedDevice } from '../../registry/credentials/verified-device.js'
import { ApiKeyAuthenticator } from '../api-keys/api-key-authenticator.js'
import {
  applicationPrincipal,
  type ConnectionPrincipal,
  devicePrincipal,
} from '../connections/connection-principal.js'
import { apiKeySessionId, parseSessionOwner } from '../connections/session-ids.js'
import { TokenAuthenticator } from '../tokens/token-authenticator.js'

/** Finds whose a stored session is, for a will that its client left before the platform was restarted. */
@Injectable()
export class SessionPrincipals {
  constructor(
    private readonly database: Database,
    private readonly tokens: TokenAuthenticator,
    private readonly applications: ApplicationVerifier,
    private readonly apiKeys: ApiKeyAuthenticator,
  ) {}

  /** Null when the owner has nothing any more with which the client could connect. Rejects when the database does not answer. */
  async find(session: {
    sessionId: string
    owner: string
    clientId: string
  }): Promise<ConnectionPrincipal | null> {
    const owner = parseSessionOwner(session.owner)
    if (owner === null) return null
    if (owner.kind === 'application') return this.findApplication(owner.id)
    if (owner.kind === 'apiKey' && isOfApiKey(session.sessionId, owner.id))
      return this.apiKeys.principalOf(owner.id)
    if (owner.kind !== 'device') return this.tokens.principalOf(owner, session.clientId)
    const { rows } = await this.database.pools.authentication.query<VerifiedDevice>(deviceSql, [
      owner.deviceKey,
    ])
    const [device] = rows
    return device === undefined ? null : devicePrincipal(device)
  }

  private async findApplication(id: string): Promise<ConnectionPrincipal | null> {
    const authenticatedAtMs = Date.now()
    const application = await this.applications.find(id)
    return application === null
      ? null
      : applicationPrincipal(application, { origin: null, authenticatedAtMs })
  }
}

/** Whether the session was made with the key itself as the password, and not with a token. */
function isOfApiKey(sessionId: string, apiKeyId: string): boolean {
  const [organizationSlug = ''] = sessionId.split('/', 1)
  return sessionId.startsWith(apiKeySessionId(organizationSlug, apiKeyId, ''))
}

/** The device with that of its credentials which was used last. */
const deviceSql = `
  SELECT organization.id AS "organizationId", organization.slug AS "organizationSlug", device.key AS "deviceKey",
    device.id AS "deviceId", credential.id AS "credentialId",
    floor(extract(epoch FROM credential.expires_at) * 1000)::float8 AS "expiresAt"
  FROM device
  JOIN organization ON organization.id = device.organization_id
  JOIN credential ON credential.device_key = device.key
  WHERE device.key = $1 AND organization.deleted_at IS NULL AND (credential.expires_at IS NULL OR credential.expires_at > now())
  ORDER BY credential.last_used_at DESC NULLS LAST LIMIT 1`
