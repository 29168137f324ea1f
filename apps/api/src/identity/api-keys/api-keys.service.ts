import type { ApiKey, ApiKeyPage, CreateApiKey, IssuedApiKey } from '@heliograph/protocol'
import { Injectable } from '@nestjs/common'
import { AuditLog } from '../../foundation/audit/audit-log.js'
import { Database } from '../../foundation/database/database.service.js'
import type { ApiKey as Row } from '../../foundation/database/generated/client.js'
import { NotFoundError } from '../../foundation/errors/domain-errors.js'
import { EventBus } from '../../foundation/events/event-bus.js'
import type { Principal } from '../../foundation/principal/principal.js'
import { randomId } from '../../foundation/secrets/random-id.js'
import { Secrets } from '../../foundation/secrets/secrets.js'
import { futureTime } from '../../foundation/times/future-time.js'

const dayMs = 86_400_000
const defaultLifeMs = 90 * dayMs
const longestLife = { ms: 5 * 366 * dayMs, text: '5 years' }

/** Creates, lists and deletes API keys, by which scripts act in an organization. */
@Injectable()
export class ApiKeysService {
  constructor(
    private readonly database: Database,
    private readonly secrets: Secrets,
    private readonly audit: AuditLog,
    private readonly events: EventBus,
  ) {}

  async create(principal: Principal, input: CreateApiKey): Promise<IssuedApiKey> {
    const key = this.secrets.make('api key')
    const role = input.role ?? 'admin'
    const row = await this.database.transaction(async (transaction) => {
      const created = await transaction.apiKey.create({
        data: {
          id: randomId(),
          organizationId: principal.organizationId,
          createdById: principal.kind === 'person' ? principal.userId : null,
          name: input.name,
          role,
          secretHash: this.secrets.hash('api key', key),
          hint: key.slice(-4),
          expiresAt: futureTime('expiresAt', input.expiresAt ?? Date.now() + defaultLifeMs, longestLife),
        },
      })
      await this.audit.record(transaction, principal, {
        action: 'apiKey.create',
        target: `api-key/${created.id}`,
        detail: { name: created.name, role },
      })
      return created
    })
    return { ...toApiKey(row), key }
  }

  async list(principal: Principal): Promise<ApiKeyPage> {
    const rows = await this.database.prisma.apiKey.findMany({
      where: { organizationId: principal.organizationId },
      orderBy: [{ createdAt: 'desc' }, { id: 'asc' }],
    })
    return { items: rows.map(toApiKey), nextCursor: null }
  }

  async delete(principal: Principal, id: string): Promise<void> {
    const { organizationId } = principal
    await this.database.transaction(async (transaction) => {
      const { count } = await transaction.apiKey.deleteMany({ where: { id, organizationId } })
      if (count === 0) throw new NotFoundError('This API key does not exist.', 'api_key_not_found')
      await this.audit.record(transaction, principal, { action: 'apiKey.delete', target: `api-key/${id}` })
    })
    await this.events.emit('apiKey.revoked', { organizationId, apiKeyId: id })
  }
}

function toApiKey(row: Row): ApiKey {
  return {
    id: row.id,
    name: row.name,
    role: row.role,
    hint: row.hint,
    createdAt: row.createdAt.toISOString(),
    lastUsedAt: row.lastUsedAt?.toISOString() ?? null,
    expiresAt: row.expiresAt.toISOString(),
  }
}
