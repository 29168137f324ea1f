import {
  type ApiKeyPage,
  type CreateApiKey,
  type IssuedApiKey,
  lowerRole,
  type Role,
} from '@heliograph/protocol'
import { Inject, Injectable } from '@nestjs/common'
import { AuditLog } from '../../foundation/audit/audit-log.js'
import { CONFIG, type Config } from '../../foundation/config/config.js'
import { Database, type Transaction } from '../../foundation/database/database.service.js'
import { ConflictError, NotFoundError, UnauthorizedError } from '../../foundation/errors/domain-errors.js'
import { EventBus } from '../../foundation/events/event-bus.js'
import type { Principal } from '../../foundation/principal/principal.js'
import { randomId } from '../../foundation/secrets/random-id.js'
import { Secrets } from '../../foundation/secrets/secrets.js'
import { expiryOf, type Maker } from './api-key-expiry.js'
import { apiKeyLimits } from './api-key-limits.js'
import { includeMaker, toApiKey } from './api-key-row.js'

/** Creates, lists and deletes API keys, by which scripts act in an organization. */
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

  /** A key that is made with a key has at most its role, and ends with it. */
  async create(principal: Principal, input: CreateApiKey): Promise<IssuedApiKey> {
    const key = this.secrets.make('api key')
    const role = lowerRole(input.role ?? 'admin', principal.role)
    const hashed = this.secrets.hash('api key', key)
    const row = await this.database.transaction(async (transaction) => {
      await this.makeSureOfRoom(transaction, principal.organizationId)
      const maker = await findMaker(transaction, principal)
      const created = await transaction.apiKey.create({
        data: {
          id: randomId(),
          organizationId: principal.organizationId,
          createdById: maker.userId,
          createdByKeyId: maker.apiKeyId,
          name: input.name,
          role,
          secretHash: hashed.hash,
          hashKey: hashed.keyId,
          hint: key.slice(-4),
          expiresAt: expiryOf(input.expiresAt, maker),
        },
        include: includeMaker(principal.organizationId),
      })
      await this.audit.record(transaction, principal, {
        action: 'apiKey.create',
        target: `api-key/${created.id}`,
        after: { name: created.name, role, expiresAt: created.expiresAt.toISOString() },
      })
      return created
    })
    return { ...toApiKey(row), key }
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

  /** Deletes a key, and those that were made with it. */
  async delete(principal: Principal, id: string): Promise<void> {
    const { organizationId } = principal
    const ids = await this.database.transaction(async (transaction) => {
      const found = await transaction.$queryRaw<DeletedKey[]>`
        WITH RECURSIVE line AS (
          SELECT id FROM api_key WHERE id = ${id} AND organization_id = ${organizationId}
          UNION SELECT made.id FROM api_key AS made JOIN line ON made.created_by_key_id = line.id
        ) DELETE FROM api_key USING line WHERE api_key.id = line.id RETURNING api_key.id, name, role`
      if (found.length === 0) throw new NotFoundError('This API key does not exist.', 'api_key_not_found')
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

interface DeletedKey {
  id: string
  name: string
  role: Role
}

/** The person behind the new key and, when it is made with a key, that key. Throws when that was deleted just now. */
async function findMaker(transaction: Transaction, principal: Principal): Promise<Maker> {
  if (principal.kind === 'person') return { userId: principal.userId, apiKeyId: null, expiresAt: null }
  const [key] = await transaction.$queryRaw<Maker[]>`
    SELECT created_by_id AS "userId", id AS "apiKeyId", expires_at AS "expiresAt" FROM api_key
    WHERE id = ${principal.apiKeyId} FOR KEY SHARE`
  if (key === undefined) throw new UnauthorizedError()
  return key
}
