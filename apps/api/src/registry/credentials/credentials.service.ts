import type {
  CredentialPage,
  IssueCredential,
  IssuedCredential,
  RotateCredential,
} from '@heliograph/protocol'
import { Inject, Injectable } from '@nestjs/common'
import type { PlatformUrls } from '../../foundation/addresses/addresses.js'
import type { AuditFacts } from '../../foundation/audit/audit-actions.js'
import { AuditLog } from '../../foundation/audit/audit-log.js'
import { CONFIG, type Config } from '../../foundation/config/config.js'
import { Database, type Transaction } from '../../foundation/database/database.service.js'
import type { Device } from '../../foundation/database/generated/client.js'
import { ConflictError, NotFoundError } from '../../foundation/errors/domain-errors.js'
import { EventBus } from '../../foundation/events/event-bus.js'
import type { Principal } from '../../foundation/principal/principal.js'
import { randomId } from '../../foundation/secrets/random-id.js'
import { Secrets } from '../../foundation/secrets/secrets.js'
import { futureTime } from '../../foundation/times/future-time.js'
import { DeviceLookup } from '../devices/device-lookup.js'
import { credentialLimits } from './credential-limits.js'
import { issuedCredential, toCredential } from './credential-row.js'

type CredentialAction = 'credential.issue' | 'credential.rotate' | 'credential.revoke'

const longestLife = { ms: 100 * 366 * 86_400_000, text: '100 years' }

/** Issues, lists, rotates and revokes the credentials of devices. */
@Injectable()
export class CredentialsService {
  private readonly perDevice: number

  constructor(
    private readonly database: Database,
    private readonly secrets: Secrets,
    private readonly audit: AuditLog,
    private readonly events: EventBus,
    private readonly devices: DeviceLookup,
    @Inject(CONFIG) config: Config,
  ) {
    this.perDevice = credentialLimits.values(config.limits).perDevice
  }

  /** Issues a credential. The secret is in the answer, and only its hash is stored. */
  async issue(
    principal: Principal,
    deviceId: string,
    input: IssueCredential,
    urls: PlatformUrls,
  ): Promise<IssuedCredential> {
    const { secret, hashed } = this.makeSecret()
    return this.database.transaction(async (transaction) => {
      const device = await this.devices.find(principal, deviceId, transaction)
      await this.makeSureOfRoom(transaction, device)
      const row = await transaction.credential.create({
        data: {
          id: randomId(),
          deviceKey: device.key,
          name: input.name ?? null,
          ...hashed,
          expiresAt: input.expiresAt == null ? null : futureTime('expiresAt', input.expiresAt, longestLife),
        },
      })
      await this.record(transaction, principal, 'credential.issue', device, row.id, { after: auditedOf(row) })
      return issuedCredential(principal, device, row, secret, urls)
    })
  }

  async list(principal: Principal, deviceId: string): Promise<CredentialPage> {
    const device = await this.devices.find(principal, deviceId)
    const rows = await this.database.prisma.credential.findMany({
      where: { deviceKey: device.key },
      orderBy: [{ createdAt: 'desc' }, { id: 'asc' }],
    })
    return { items: rows.map((row) => toCredential(device, row)), nextCursor: null }
  }

  /** Makes a new secret. The previous one keeps working for `overlapSeconds`, so that the device can change over. */
  async rotate(
    principal: Principal,
    deviceId: string,
    id: string,
    { overlapSeconds }: RotateCredential,
    urls: PlatformUrls,
  ): Promise<IssuedCredential> {
    const { secret, hashed } = this.makeSecret()
    const previousSecretExpiresAt = new Date(Date.now() + overlapSeconds * 1_000)
    const { device, answer } = await this.database.transaction(async (transaction) => {
      const { device, credential } = await this.find(transaction, principal, deviceId, id)
      const row = await transaction.credential.update({
        where: { id },
        data: {
          ...hashed,
          previousSecretHash: overlapSeconds > 0 ? credential.secretHash : null,
          previousSecretExpiresAt: overlapSeconds > 0 ? previousSecretExpiresAt : null,
          rotatedAt: new Date(),
        },
      })
      await this.record(transaction, principal, 'credential.rotate', device, id, {
        detail: { overlapSeconds },
      })
      return { device, answer: issuedCredential(principal, device, row, secret, urls) }
    })
    await this.events.emit('credential.rotated', {
      ...facts(principal, device),
      credentialId: id,
      previousSecretExpiresAt: previousSecretExpiresAt.getTime(),
    })
    return answer
  }

  /** Revokes a credential. When this resolves, it is accepted nowhere and its connections are ended. */
  async revoke(principal: Principal, deviceId: string, id: string): Promise<void> {
    const device = await this.database.transaction(async (transaction) => {
      const { device, credential } = await this.find(transaction, principal, deviceId, id)
      await transaction.credential.delete({ where: { id } })
      const before = auditedOf(credential)
      await this.record(transaction, principal, 'credential.revoke', device, id, { before })
      return device
    })
    await this.events.emit('credential.revoked', { ...facts(principal, device), credentialId: id })
  }

  /** Locks the device's row, so that two credentials that are issued at the same time do not both take the last place. */
  private async makeSureOfRoom(transaction: Transaction, { key: deviceKey }: Device): Promise<void> {
    await transaction.$queryRaw`SELECT FROM device WHERE key = ${deviceKey} FOR NO KEY UPDATE`
    if ((await transaction.credential.count({ where: { deviceKey } })) < this.perDevice) return
    const detail = `A device has at most ${this.perDevice} credentials. Revoke those that it does not use any more.`
    throw new ConflictError(detail, 'too_many_credentials')
  }

  /** Locks the row, so that the second of two rotations at the same time builds on the first. */
  private makeSecret() {
    const secret = this.secrets.make('device credential')
    const { hash, keyId } = this.secrets.hash('device credential', secret)
    return { secret, hashed: { secretHash: hash, hashKey: keyId } }
  }

  private async find(transaction: Transaction, principal: Principal, deviceId: string, id: string) {
    const device = await this.devices.find(principal, deviceId, transaction)
    await transaction.$queryRaw`SELECT FROM credential WHERE id = ${id} FOR UPDATE`
    const credential = await transaction.credential.findFirst({ where: { id, deviceKey: device.key } })
    if (credential === null)
      throw new NotFoundError('This credential does not exist.', 'credential_not_found')
    return { device, credential }
  }

  private record(
    transaction: Transaction,
    principal: Principal,
    action: CredentialAction,
    device: Device,
    id: string,
    facts: { [When in 'detail' | 'before' | 'after']?: AuditFacts<CredentialAction> },
  ): Promise<void> {
    return this.audit.record(transaction, principal, {
      action,
      target: `device/${device.id}/credential/${id}`,
      ...facts,
    })
  }
}

/** What the audit tells of a credential. */
function auditedOf({ name, expiresAt }: { name: string | null; expiresAt: Date | null }) {
  return { name, expiresAt: expiresAt?.toISOString() ?? null }
}

function facts({ organizationId, organizationSlug }: Principal, device: Device) {
  return { organizationId, organizationSlug, deviceKey: device.key, deviceId: device.id }
}
