import type { Role } from '@heliograph/protocol'
import { type BeforeApplicationShutdown, Injectable, Logger } from '@nestjs/common'
import { Database } from '../../foundation/database/database.service.js'
import { UnauthorizedError } from '../../foundation/errors/domain-errors.js'
import type { ApiKeyPrincipal } from '../../foundation/principal/principal.js'
import { LastUsed } from '../../foundation/secrets/last-used.js'
import { Rehasher } from '../../foundation/secrets/rehasher.js'
import { Secrets } from '../../foundation/secrets/secrets.js'
import { effectiveRole } from './effective-role.js'

/** Verifies API keys that were sent as bearer tokens. */
@Injectable()
export class ApiKeyVerifier implements BeforeApplicationShutdown {
  private readonly logger = new Logger(ApiKeyVerifier.name)
  private readonly lastUsed: LastUsed
  private readonly rehasher: Rehasher

  constructor(
    private readonly database: Database,
    private readonly secrets: Secrets,
  ) {
    this.lastUsed = new LastUsed(database, 'api_key', this.logger)
    this.rehasher = new Rehasher(database, 'api_key', this.logger)
  }

  /**
   * The principal of a key; null when it is unknown, deleted or expired. Found by hash, so its timing reveals nothing.
   * Throws an UnauthorizedError when the person behind it has left the organization.
   */
  async verify(key: string): Promise<ApiKeyPrincipal | null> {
    const hashes = this.secrets.hashes('api key', key)
    const { rows } = await this.database.pools.authentication.query<KeyRow>(findSql, [
      hashes.map(({ hash }) => hash),
    ])
    const [found] = rows
    if (found === undefined || found.expiresAt.getTime() <= Date.now()) return null
    const role = effectiveRole(found)
    if (role === null) throw makerLeft()
    this.lastUsed.note(found.apiKeyId)
    if (found.hashKey !== this.secrets.keyId) this.rehasher.note(found.apiKeyId, found.secretHash, hashes[0])
    const { apiKeyId, organizationId, organizationSlug } = found
    return { kind: 'apiKey', apiKeyId, organizationId, organizationSlug, role }
  }

  async beforeApplicationShutdown(): Promise<void> {
    await Promise.all([this.lastUsed.close(), this.rehasher.close()])
  }
}

interface KeyRow {
  apiKeyId: string
  secretHash: Buffer
  hashKey: string | null
  organizationId: number
  organizationSlug: string
  role: Role
  createdById: string | null
  makerRole: Role | null
  expiresAt: Date
}

const findSql = `
  SELECT key.id AS "apiKeyId", key.secret_hash AS "secretHash", key.hash_key AS "hashKey",
    key.organization_id AS "organizationId", organization.slug AS "organizationSlug",
    key.role, key.created_by_id AS "createdById", member.role AS "makerRole", key.expires_at AS "expiresAt"
  FROM api_key AS key
  JOIN organization ON organization.id = key.organization_id AND organization.deleted_at IS NULL
  LEFT JOIN member ON member.organization_id = key.organization_id AND member.user_id = key.created_by_id
  WHERE key.secret_hash = ANY($1::bytea[])`

function makerLeft(): UnauthorizedError {
  return new UnauthorizedError(
    'The person who made this API key is no longer a member of the organization. Ask an administrator for a new key.',
    'api_key_maker_left',
  )
}
