import {
  type QuotaName,
  type OrganizationQuotas as QuotasOnWire,
  quotaNames,
  type UpdateQuotas,
} from '@heliograph/protocol'
import { Injectable } from '@nestjs/common'
import { changesOf } from '../../foundation/audit/audit-actions.js'
import { AuditLog } from '../../foundation/audit/audit-log.js'
import { Database } from '../../foundation/database/database.service.js'
import type { Organization } from '../../foundation/database/generated/client.js'
import { NotFoundError } from '../../foundation/errors/domain-errors.js'
import type { Person } from '../../foundation/principal/principal.js'
import { assertPlatformAdministrator } from './assert-platform-administrator.js'
import { OrganizationQuotas, type OwnQuotas } from './organization-quotas.js'

/** Reads and changes the quotas of any organization, for platform administrators. */
@Injectable()
export class QuotasService {
  constructor(
    private readonly database: Database,
    private readonly audit: AuditLog,
    private readonly quotas: OrganizationQuotas,
  ) {}

  async read(person: Person, slug: string): Promise<QuotasOnWire> {
    await assertPlatformAdministrator(this.database, person, 'read and set the quotas of organizations')
    return this.describe(await this.find(slug))
  }

  async update(person: Person, slug: string, change: UpdateQuotas): Promise<QuotasOnWire> {
    await assertPlatformAdministrator(this.database, person, 'read and set the quotas of organizations')
    const before = await this.find(slug)
    const own = { ...ownQuotas(before), ...change }
    const after = await this.database.transaction(async (transaction) => {
      await this.audit.recordAs(transaction, before.id, `person:${person.userId}`, {
        action: 'organization.quotas',
        target: `organization/${slug}`,
        ...changesOf(ownQuotas(before), change),
      })
      return transaction.organization.update({
        where: { id: before.id },
        data: {
          quotaDevices: own.devices,
          quotaMessagesPerDay: own.messagesPerDay,
          quotaStoredBytes: own.storedBytes,
          quotaConnections: own.connections,
        },
      })
    })
    await this.quotas.refresh()
    return this.describe(after)
  }

  private async find(slug: string): Promise<Organization> {
    const organization = await this.database.prisma.organization.findUnique({
      where: { slug, deletedAt: null },
    })
    if (organization === null)
      throw new NotFoundError(`There is no organization ${slug}.`, 'organization_not_found')
    return organization
  }

  private describe(organization: Organization): QuotasOnWire {
    const own = ownQuotas(organization)
    const quota = (name: QuotaName) => toQuota(own[name] ?? this.quotas.defaults[name], own[name] === null)
    const quotas = Object.fromEntries(quotaNames.map((name) => [name, quota(name)])) as Record<
      QuotaName,
      ReturnType<typeof toQuota>
    >
    return { slug: organization.slug, name: organization.name, ...quotas }
  }
}

function toQuota(limit: number, isDefault: boolean) {
  return { limit: Number.isFinite(limit) ? limit : null, isDefault }
}

function ownQuotas(row: Organization): { -readonly [Name in QuotaName]: OwnQuotas[Name] } {
  const number = (value: bigint | null) => (value === null ? null : Number(value))
  return {
    devices: row.quotaDevices,
    messagesPerDay: number(row.quotaMessagesPerDay),
    storedBytes: number(row.quotaStoredBytes),
    connections: row.quotaConnections,
  }
}
