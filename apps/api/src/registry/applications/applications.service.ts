import type {
  Application,
  ApplicationPage,
  CreateApplication,
  IssuedApplication,
  RotateCredential,
  UpdateApplication,
} from '@heliograph/protocol'
import { Inject, Injectable } from '@nestjs/common'
import type { PlatformUrls } from '../../foundation/addresses/addresses.js'
import { changesOf } from '../../foundation/audit/audit-actions.js'
import { AuditLog } from '../../foundation/audit/audit-log.js'
import { CONFIG, type Config } from '../../foundation/config/config.js'
import { Database, type Transaction } from '../../foundation/database/database.service.js'
import { ConflictError, NotFoundError, UnauthorizedError } from '../../foundation/errors/domain-errors.js'
import { EventBus } from '../../foundation/events/event-bus.js'
import type { Principal } from '../../foundation/principal/principal.js'
import { randomId } from '../../foundation/secrets/random-id.js'
import { Secrets } from '../../foundation/secrets/secrets.js'
import { ApplicationConnections } from './application-connections.js'
import { applicationLimits } from './application-limits.js'
import {
  type ApplicationRow,
  issuedApplication,
  originsOf,
  toApplication,
  withMaker,
} from './application-row.js'
import { assertFilters, assertMayGrant } from './checked-filters.js'

/** Makes, lists, changes, rotates and deletes applications: clients of MQTT that are no device. */
@Injectable()
export class ApplicationsService {
  private readonly perOrganization: number

  constructor(
    private readonly database: Database,
    private readonly secrets: Secrets,
    private readonly audit: AuditLog,
    private readonly events: EventBus,
    private readonly connections: ApplicationConnections,
    @Inject(CONFIG) config: Config,
  ) {
    this.perOrganization = applicationLimits.values(config.limits).perOrganization
  }

  /** Makes an application. Its password is in the answer, and only the hash of it is stored. */
  async create(
    principal: Principal,
    input: CreateApplication,
    urls: PlatformUrls,
  ): Promise<IssuedApplication> {
    assertFilters(principal, input)
    const { secret, hashed } = this.makeSecret()
    const row = await this.database.transaction(async (transaction) => {
      await this.makeSureOfRoom(transaction, principal.organizationId)
      const created = await transaction.application.create({
        data: {
          id: randomId(),
          organizationId: principal.organizationId,
          name: input.name,
          ...settings(input),
          ...hashed,
          ...(await makerOf(transaction, principal)),
        },
        include: withMaker,
      })
      await this.audit.record(transaction, principal, {
        action: 'application.create',
        target: `application/${created.id}`,
        after: auditedOf(created),
      })
      return created
    })
    return issuedApplication(row, this.connections.count(row.id), secret, urls)
  }

  async list({ organizationId }: Principal): Promise<ApplicationPage> {
    const rows = await this.database.prisma.application.findMany({
      where: { organizationId },
      include: withMaker,
      orderBy: [{ createdAt: 'desc' }, { id: 'asc' }],
    })
    return { items: rows.map((row) => this.answer(row)), nextCursor: null }
  }

  async read({ organizationId }: Principal, id: string): Promise<Application> {
    const row = await this.database.prisma.application.findFirst({
      where: { id, organizationId },
      include: withMaker,
    })
    if (row === null) throw notFound()
    return this.answer(row)
  }

  /** Changes what is given. When this resolves, live connections have the new rights, or are ended. */
  async update(principal: Principal, id: string, input: UpdateApplication): Promise<Application> {
    const { organizationId, organizationSlug } = principal
    assertFilters(principal, input)
    const row = await this.database.transaction(async (transaction) => {
      const before = await this.lock(transaction, principal, id)
      const data = { ...(input.name === undefined ? {} : { name: input.name }), ...settings(input) }
      const after = await transaction.application.update({ where: { id }, data, include: withMaker })
      await this.audit.record(transaction, principal, {
        action: 'application.update',
        target: `application/${id}`,
        ...changesOf(auditedOf(before), auditedOf(after)),
      })
      return after
    })
    const { subscribe, publish } = row
    const origins = originsOf(row)
    const facts = { organizationId, organizationSlug, applicationId: id }
    await this.events.emit('application.updated', { ...facts, subscribe, publish, origins })
    return this.answer(row)
  }

  /** Makes a new password. The previous one keeps working for `overlapSeconds`. */
  async rotate(
    principal: Principal,
    id: string,
    { overlapSeconds }: RotateCredential,
    urls: PlatformUrls,
  ): Promise<IssuedApplication> {
    const { organizationId, organizationSlug } = principal
    const { secret, hashed } = this.makeSecret()
    const until = new Date(Date.now() + overlapSeconds * 1_000)
    const row = await this.database.transaction(async (transaction) => {
      const before = await this.lock(transaction, principal, id)
      const { name, secretHash } = before
      // Whoever gets the password may do what the application may.
      assertMayGrant(principal, before)
      const previous =
        overlapSeconds > 0
          ? { previousSecretHash: secretHash, previousSecretExpiresAt: until }
          : { previousSecretHash: null, previousSecretExpiresAt: null }
      const data = { ...hashed, ...previous, rotatedAt: new Date() }
      const rotated = await transaction.application.update({ where: { id }, data, include: withMaker })
      await this.audit.record(transaction, principal, {
        action: 'application.rotate',
        target: `application/${id}`,
        detail: { name, overlapSeconds },
      })
      return rotated
    })
    const facts = { organizationId, organizationSlug, applicationId: id }
    await this.events.emit('application.rotated', { ...facts, previousSecretExpiresAt: until.getTime() })
    return issuedApplication(row, this.connections.count(id), secret, urls)
  }

  /** Deletes an application. When this resolves, its password is accepted nowhere and its connections are ended. */
  async delete(principal: Principal, id: string): Promise<void> {
    const { organizationId, organizationSlug } = principal
    await this.database.transaction(async (transaction) => {
      const before = await this.lock(transaction, principal, id)
      await transaction.application.delete({ where: { id } })
      await this.audit.record(transaction, principal, {
        action: 'application.delete',
        target: `application/${id}`,
        before: auditedOf(before),
      })
    })
    await this.events.emit('application.deleted', { organizationId, organizationSlug, applicationId: id })
  }

  private answer(row: ApplicationRow): Application {
    return toApplication(row, this.connections.count(row.id))
  }

  private makeSecret() {
    const secret = this.secrets.make('application')
    const { hash, keyId } = this.secrets.hash('application', secret)
    return { secret, hashed: { secretHash: hash, hashKey: keyId, hint: secret.slice(-4) } }
  }

  /** Locks the organization's row, so that two that are made at the same time do not both take the last place. */
  private async makeSureOfRoom(transaction: Transaction, organizationId: number): Promise<void> {
    await transaction.$queryRaw`SELECT FROM organization WHERE id = ${organizationId} FOR NO KEY UPDATE`
    if ((await transaction.application.count({ where: { organizationId } })) < this.perOrganization) return
    const detail = `An organization has at most ${this.perOrganization} applications. Delete those that nobody uses.`
    throw new ConflictError(detail, 'too_many_applications')
  }

  /** Locks the row, so that the second of two changes at the same time builds on the first. */
  private async lock(transaction: Transaction, { organizationId }: Principal, id: string) {
    await transaction.$queryRaw`SELECT FROM application WHERE id = ${id} FOR UPDATE`
    const row = await transaction.application.findFirst({ where: { id, organizationId } })
    if (row === null) throw notFound()
    return row
  }
}

interface GivenSettings {
  subscribe?: string[] | undefined
  publish?: string[] | undefined
  origins?: string[] | null | undefined
}

/** The columns of the settings that are given, without duplicates. */
function settings({ subscribe, publish, origins }: GivenSettings) {
  return {
    ...(subscribe === undefined ? {} : { subscribe: [...new Set(subscribe)] }),
    ...(publish === undefined ? {} : { publish: [...new Set(publish)] }),
    ...(origins === undefined ? {} : { anyOrigin: origins === null, origins: [...new Set(origins ?? [])] }),
  }
}

/** What the audit tells of an application. */
function auditedOf(row: Pick<ApplicationRow, 'name' | 'subscribe' | 'publish' | 'anyOrigin' | 'origins'>) {
  const { name, subscribe, publish } = row
  return { name, subscribe, publish, origins: originsOf(row) }
}

/** The person behind the new application and, when it is made with a key, that key. Throws when that was deleted just now. */
async function makerOf(transaction: Transaction, principal: Principal) {
  if (principal.kind === 'person') return { createdById: principal.userId }
  const [key] = await transaction.$queryRaw<{ createdById: string | null }[]>`
    SELECT created_by_id AS "createdById" FROM api_key WHERE id = ${principal.apiKeyId} FOR KEY SHARE`
  if (key === undefined) throw new UnauthorizedError()
  return { createdById: key.createdById, createdByKeyId: principal.apiKeyId }
}

function notFound(): NotFoundError {
  return new NotFoundError('This application does not exist.', 'application_not_found')
}
