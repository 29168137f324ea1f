import type { Role } from '@heliograph/protocol'
import { type BeforeApplicationShutdown, Injectable, Logger } from '@nestjs/common'
import { Database } from '../../foundation/database/database.service.js'
import { UnauthorizedError } from '../../foundation/errors/domain-errors.js'
import type { ApiKeyPrincipal } from '../../foundation/principal/principal.js'
import { LastUsed } from '../../foundation/secrets/last-used.js'
import { Rehasher } from '../../foundation/secrets/rehasher.js'
import { Secrets } from '../../foundation/secrets/secrets.js'
import { effectiveRole } from './effective-role.js'

/** A key that was verified. */
export interface VerifiedApiKey {
  principal: ApiKeyPrincipal
  /** The person behind it; null when an old version did not record them. */
  userId: string | null
  expiresAt: Date
}

/** Verifies API keys: bearer tokens of REST, and passwords of MQTT. */
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
  async verify(key: string): Promise<VerifiedApiKey | null> {
    const hashes = this.secrets.hashes('api key', key)
    const found = await this.find(findByHashSql, [hashes.map(({ hash }) => hash)])
    if (found === null) return null
    const role = effectiveRole(found)
    if (role === null) throw makerLeft()
    this.lastUsed.note(found.apiKeyId)
    if (found.hashKey !== this.secrets.keyId) this.rehasher.note(found.apiKeyId, found.secretHash, hashes[0])
    return verified(found, role)
  }

  /** A key by its id, for what it left behind; null when it is deleted or expired, or the person behind it has left. */
  async findById(id: string): Promise<VerifiedApiKey | null> {
    const found = await this.find(findByIdSql, [id])
    const role = found && effectiveRole(found)
    return found && role && verified(found, role)
  }

  async beforeApplicationShutdown(): Promise<void> {
    await Promise.all([this.lastUsed.close(), this.rehasher.close()])
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
  hashKey: string | null
  organizationId: number
  organizationSlug: string
  role: Role
  createdById: string | null
  makerRole: Role | null
  expiresAt: Date
}

function verified(
  { apiKeyId, organizationId, organizationSlug, createdById, expiresAt }: KeyRow,
  role: Role,
): VerifiedApiKey {
  const principal = { kind: 'apiKey', apiKeyId, organizationId, organizationSlug, role } as const
  return { principal, userId: createdById, expiresAt }
}

const keysSql = `
  SELECT key.id AS "apiKeyId", key.secret_hash AS "secretHash", key.hash_key AS "hashKey",
    key.organization_id AS "organizationId", organization.slug AS "organizationSlug",
    key.role, key.created_by_id AS "createdById", member.role AS "makerRole", key.expires_at AS "expiresAt"
  FROM api_key AS key
  JOIN organization ON organization.id = key.organization_id
  LEFT JOIN member ON member.organization_id = key.organization_id AND member.user_id = key.created_by_id`

const findByHashSql = `${keysSql} WHERE key.secret_hash = ANY($1::bytea[])`
const findByIdSql = `${keysSql} WHERE key.id = $1`

function makerLeft(): UnauthorizedError {
  return new UnauthorizedError(
    'The person who made this API key is no longer a member of the organization. Ask an administrator for a new key.',
    'api_key_maker_left',
  )
}
