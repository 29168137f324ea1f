import type { ApiKeyPage, CreateApiKey, IssuedApiKey, Role, RotateApiKey } from '@heliograph/protocol'
import { Inject, Injectable } from '@nestjs/common'
import { AuditLog } from '../../foundation/audit/audit-log.js'
import { CONFIG, type Config } from '../../foundation/config/config.js'
import { Database, type Transaction } from '../../foundation/database/database.service.js'
import { ConflictError, NotFoundError, UnauthorizedError } from '../../foundation/errors/domain-errors.js'
import { EventBus } from '../../foundation/events/event-bus.js'
import type { Principal } from '../../foundation/principal/principal.js'
import { storedScopes } from '../../foundation/principal/stored-limit.js'
import { randomId } from '../../foundation/secrets/random-id.js'
import { Secrets } from '../../foundation/secrets/secrets.js'
import { expiryOf, type Maker } from './api-key-expiry.js'
import { apiKeyLimits } from './api-key-limits.js'
import { includeMaker, toApiKey } from './api-key-row.js'
import { assertHasAllOf, newKeyAccess } from './new-key-access.js'

/** Creates, lists, rotates and deletes API keys, by which scripts act in an organization. */
@Injectable()
export class ApiKeysService {
  private readonly perOrganization: number

  constructor(
    private readonly database: Database,
    private readonly secrets: Secrets,
    private readonly audit: AuditLog,
    private readonly events: EventBus,
    @Inject(CONFIG) config: Config,
  ) {
    this.perOrganization = apiKeyLimits.values(config.limits).perOrganization
  }

  /** A key that is made with a key has at most its role and its scopes, and ends with it. */
  async create(principal: Principal, input: CreateApiKey): Promise<IssuedApiKey> {
    const { key, hashed } = this.makeSecret()
    const row = await this.database.transaction(async (transaction) => {
      await this.makeSureOfRoom(transaction, principal.organizationId)
      const maker = await findMaker(transaction, principal)
      const { role, scopes, tags } = newKeyAccess(principal, input, storedScopes(maker.scopes))
      const created = await transaction.apiKey.create({
        data: {
          id: randomId(),
          organizationId: principal.organizationId,
          createdById: maker.userId,
          createdByKeyId: maker.apiKeyId,
          name: input.name,
          role,
          scopes: scopes ?? [],
          tags: tags ?? [],
          ...hashed,
          expiresAt: expiryOf(input.expiresAt, maker),
        },
        include: includeMaker(principal.organizationId),
      })
      await this.audit.record(transaction, principal, {
        action: 'apiKey.create',
        target: `api-key/${created.id}`,
        after: { name: created.name, role, scopes, tags, expiresAt: created.expiresAt.toISOString() },
      })
      return created
    })
    return { ...toApiKey(row), key }
  }

  private makeSecret() {
    const key = this.secrets.make('api key')
    const { hash, keyId } = this.secrets.hash('api key', key)
    return { key, hashed: { secretHash: hash, hashKey: keyId, hint: key.slice(-4) } }
  }

  /** Locks the organization's row, so that two keys that are made at the same time do not both take the last place. */
  private async makeSureOfRoom(transaction: Transaction, organizationId: number): Promise<void> {
    await transaction.$queryRaw`SELECT FROM organization WHERE id = ${organizationId} FOR NO KEY UPDATE`
    if ((await transaction.apiKey.count({ where: { organizationId } })) < this.perOrganization) return
    const detail = `An organization has at most ${this.perOrganization} API keys. Delete those that nobody uses or that have ended.`
    throw new ConflictError(detail, 'too_many_api_keys')
  }

  async list(principal: Principal): Promise<ApiKeyPage> {
    const rows = await this.database.prisma.apiKey.findMany({
      where: { organizationId: principal.organizationId },
      include: includeMaker(principal.organizationId),
      orderBy: [{ createdAt: 'desc' }, { id: 'asc' }],
    })
    return { items: rows.map(toApiKey), nextCursor: null }
  }

  /** Makes a new secret, for who may do all that the key may. The previous one keeps working for `overlapSeconds`, so that scripts can change over. */
  async rotate(principal: Principal, id: string, { overlapSeconds }: RotateApiKey): Promise<IssuedApiKey> {
    const { organizationId } = principal
    const { key, hashed } = this.makeSecret()
    const previousSecretExpiresAt = new Date(Date.now() + overlapSeconds * 1_000)
    const row = await this.database.transaction(async (transaction) => {
      // Locked, so that the second of two rotations at the same time builds on the first.
      await transaction.$queryRaw`SELECT FROM api_key WHERE id = ${id} FOR UPDATE`
      const before = await transaction.apiKey.findFirst({ where: { id, organizationId } })
      if (before === null) throw keyNotFound()
      assertHasAllOf(principal, before)
      if (overlapSeconds === 0) await transaction.mqttToken.deleteMany({ where: { apiKeyId: id } })
      const rotated = await transaction.apiKey.update({
        where: { id },
        data: {
          ...hashed,
          previousSecretHash: overlapSeconds > 0 ? before.secretHash : null,
          previousSecretExpiresAt: overlapSeconds > 0 ? previousSecretExpiresAt : null,
          rotatedAt: new Date(),
        },
        include: includeMaker(organizationId),
      })
      await this.audit.record(transaction, principal, {
        action: 'apiKey.rotate',
        target: `api-key/${id}`,
        detail: { name: before.name, overlapSeconds },
      })
      return rotated
    })
    const facts = { organizationId, apiKeyId: id }
    const endsAtMs = Math.min(previousSecretExpiresAt.getTime(), row.expiresAt.getTime())
    if (overlapSeconds === 0) await this.events.emit('apiKey.replaced', facts)
    else
      await this.events.emit('apiKey.rotated', {
        ...facts,
        organizationSlug: principal.organizationSlug,
        previousSecretExpiresAt: endsAtMs,
      })
    return { ...toApiKey(row), key }
  }

  /** Deletes a key, and those that were made with it. */
  async delete(principal: Principal, id: string): Promise<void> {
    const { organizationId } = principal
    const ids = await this.database.transaction(async (transaction) => {
      const found = await transaction.$queryRaw<DeletedKey[]>`
        WITH RECURSIVE line AS (
          SELECT id FROM api_key WHERE id = ${id} AND organization_id = ${organizationId}
          UNION SELECT made.id FROM api_key AS made JOIN line ON made.created_by_key_id = line.id
        ) DELETE FROM api_key USING line WHERE api_key.id = line.id RETURNING api_key.id, name, role`
      if (found.length === 0) throw keyNotFound()
      const deleted = found.find((row) => row.id === id)
      const madeWithIt = found.map((row) => row.id).filter((one) => one !== id)
      await this.audit.record(transaction, principal, {
        action: 'apiKey.delete',
        target: `api-key/${id}`,
        ...(madeWithIt.length === 0 ? {} : { detail: { madeWithIt } }),
        before: { name: deleted?.name, role: deleted?.role },
      })
      return [id, ...madeWithIt]
    })
    for (const apiKeyId of ids) await this.events.emit('apiKey.revoked', { organizationId, apiKeyId })
  }
}

function keyNotFound(): NotFoundError {
  return new NotFoundError('This API key does not exist.', 'api_key_not_found')
}

interface DeletedKey {
  id: string
  name: string
  role: Role
}

interface ScopedMaker extends Maker {
  /** As they are stored: empty for all, and for a person. */
  scopes: string[]
}

/** The person behind the new key and, when it is made with a key, that key. Throws when that was deleted just now. */
async function findMaker(transaction: Transaction, principal: Principal): Promise<ScopedMaker> {
  if (principal.kind === 'person')
    return { userId: principal.userId, apiKeyId: null, expiresAt: null, scopes: [] }
  const [key] = await transaction.$queryRaw<ScopedMaker[]>`
    SELECT created_by_id AS "userId", id AS "apiKeyId", expires_at AS "expiresAt", scopes FROM api_key
    WHERE id = ${principal.apiKeyId} FOR KEY SHARE`
  if (key === undefined) throw new UnauthorizedError()
  return key
}
