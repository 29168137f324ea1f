import type { Role } from '@heliograph/protocol'
import { type BeforeApplicationShutdown, Injectable, Logger } from '@nestjs/common'
import { Database } from '../../foundation/database/database.service.js'
import { UnauthorizedError } from '../../foundation/errors/domain-errors.js'
import type { ApiKeyPrincipal } from '../../foundation/principal/principal.js'
import { Rehasher } from '../../foundation/secrets/rehasher.js'
import { Secrets } from '../../foundation/secrets/secrets.js'
import { type EffectiveAccess, effectiveAccess } from './effective-access.js'

/** A key that was verified. */
export interface VerifiedApiKey {
  principal: ApiKeyPrincipal
  /** The person behind it; null when an old version did not record them. */
  userId: string | null
  /** When the secret that was used stops working. */
  expiresAt: Date
}

/** Verifies API keys: bearer tokens of REST, and passwords of MQTT. */
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
  async verify(key: string): Promise<VerifiedApiKey | null> {
    const hashes = this.secrets.hashes('api key', key)
    const found = await this.find(findByHashSql, [hashes.map(({ hash }) => hash)])
    if (found === null) return null
    const access = effectiveAccess(found)
    if (access === null) throw makerLeft()
    const { apiKeyId, isCurrent, hashKey, secretHash } = found
    if (isCurrent && hashKey !== this.secrets.keyId) this.rehasher.note(apiKeyId, secretHash, hashes[0])
    return verified(found, access)
  }

  /** A key by its id, for what it left behind; null when it is deleted or expired, or the person behind it has left. */
  async findById(id: string): Promise<VerifiedApiKey | null> {
    const found = await this.find(findByIdSql, [id])
    const access = found && effectiveAccess(found)
    return found && access && verified(found, access)
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.rehasher.close()
  }

  /** Null also for a key that has expired. */
  private async find(sql: string, parameters: unknown[]): Promise<KeyRow | null> {
    const { rows } = await this.database.pools.authentication.query<KeyRow>(sql, parameters)
    const [found] = rows
    return found === undefined || found.expiresAt.getTime() <= Date.now() ? null : found
  }
}

interface KeyRow {
  apiKeyId: string
  secretHash: Buffer
  /** Whether it is the secret of the last rotation, and not the one before. */
  isCurrent: boolean
  previousSecretExpiresAt: Date | null
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

function verified(row: KeyRow, access: EffectiveAccess): VerifiedApiKey {
  const { apiKeyId, organizationId, organizationSlug, createdById, isCurrent } = row
  const principal = { kind: 'apiKey', apiKeyId, organizationId, organizationSlug, ...access } as const
  const overlapEnd = isCurrent ? null : row.previousSecretExpiresAt
  const expiresAt = overlapEnd !== null && overlapEnd < row.expiresAt ? overlapEnd : row.expiresAt
  return { principal, userId: createdById, expiresAt }
}

const keysSql = (isCurrent: string) => `
  SELECT key.id AS "apiKeyId", key.secret_hash AS "secretHash", key.hash_key AS "hashKey",
    key.organization_id AS "organizationId", organization.slug AS "organizationSlug",
    ${isCurrent} AS "isCurrent", key.previous_secret_expires_at AS "previousSecretExpiresAt", key.role, key.scopes, key.tags,
    key.created_by_id AS "createdById", member.role AS "makerRole", member.tags AS "makerTags",
    key.expires_at AS "expiresAt"
  FROM api_key AS key
  JOIN organization ON organization.id = key.organization_id AND organization.deleted_at IS NULL
  LEFT JOIN member ON member.organization_id = key.organization_id AND member.user_id = key.created_by_id`

const findByHashSql = `${keysSql('key.secret_hash = ANY($1::bytea[])')}
  WHERE key.secret_hash = ANY($1::bytea[])
    OR (key.previous_secret_hash = ANY($1::bytea[]) AND key.previous_secret_expires_at > now())`
const findByIdSql = `${keysSql('true')} WHERE key.id = $1`

function makerLeft(): UnauthorizedError {
  return new UnauthorizedError(
    'The person who made this API key is no longer a member of the organization. Ask an administrator for a new key.',
    'api_key_maker_left',
  )
}
