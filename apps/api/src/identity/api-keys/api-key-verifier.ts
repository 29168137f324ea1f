import type { Role } from '@heliograph/protocol'
import { type BeforeApplicationShutdown, Injectable, Logger } from '@nestjs/common'
import { Database } from '../../foundation/database/database.service.js'
import { UnauthorizedError } from '../../foundation/errors/domain-errors.js'
import type { ApiKeyPrincipal } from '../../foundation/principal/principal.js'
import { Rehasher } from '../../foundation/secrets/rehasher.js'
import { Secrets } from '../../foundation/secrets/secrets.js'
import { effectiveAccess } from './effective-access.js'

/** Verifies API keys that were sent as bearer tokens. */
@Injectable()
export class ApiKeyVerifier implements BeforeApplicationShutdown {
  private readonly logger = new Logger(ApiKeyVerifier.name)
  private readonly rehasher: Rehasher

  constructor(
    private readonly database: Database,
    private readonly secrets: Secrets,
  ) {
    this.rehasher = new Rehasher(database, 'api_key', this.logger)
  }

  /**
   * The principal of a key; null when it is unknown, deleted or expired. After a rotation the secret before it works until it
   * expires. Found by hash, so its timing reveals nothing.
   * Throws an UnauthorizedError when the person behind it has left the organization.
   */
  async verify(key: string): Promise<ApiKeyPrincipal | null> {
    const hashes = this.secrets.hashes('api key', key)
    const { rows } = await this.database.pools.authentication.query<KeyRow>(findSql, [
      hashes.map(({ hash }) => hash),
    ])
    const [found] = rows
    if (found === undefined || found.expiresAt.getTime() <= Date.now()) return null
    const access = effectiveAccess(found)
    if (access === null) throw makerLeft()
    const { apiKeyId, organizationId, organizationSlug, isCurrent, hashKey, secretHash } = found
    if (isCurrent && hashKey !== this.secrets.keyId) this.rehasher.note(apiKeyId, secretHash, hashes[0])
    return { kind: 'apiKey', apiKeyId, organizationId, organizationSlug, ...access }
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.rehasher.close()
  }
}

interface KeyRow {
  apiKeyId: string
  secretHash: Buffer
  /** Whether it is the secret of the last rotation, and not the one before. */
  isCurrent: boolean
  hashKey: string | null
  organizationId: number
  organizationSlug: string
  role: Role
  scopes: string[]
  tags: string[]
  createdById: string | null
  makerRole: Role | null
  makerTags: string[] | null
  expiresAt: Date
}

const findSql = `
  SELECT key.id AS "apiKeyId", key.secret_hash AS "secretHash", key.hash_key AS "hashKey",
    key.organization_id AS "organizationId", organization.slug AS "organizationSlug",
    key.secret_hash = ANY($1::bytea[]) AS "isCurrent", key.role, key.scopes, key.tags,
    key.created_by_id AS "createdById", member.role AS "makerRole", member.tags AS "makerTags",
    key.expires_at AS "expiresAt"
  FROM api_key AS key
  JOIN organization ON organization.id = key.organization_id
  LEFT JOIN member ON member.organization_id = key.organization_id AND member.user_id = key.created_by_id
  WHERE key.secret_hash = ANY($1::bytea[])
    OR (key.previous_secret_hash = ANY($1::bytea[]) AND key.previous_secret_expires_at > now())`

function makerLeft(): UnauthorizedError {
  return new UnauthorizedError(
    'The person who made this API key is no longer a member of the organization. Ask an administrator for a new key.',
    'api_key_maker_left',
  )
}
