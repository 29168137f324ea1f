import { Injectable } from '@nestjs/common'
import type { Transaction } from '../database/database.service.js'
import type { Prisma } from '../database/generated/client.js'
import type { Principal } from '../principal/principal.js'

export type AuditAction =
  | 'audit.trim'
  | 'organization.create'
  | 'organization.update'
  | 'setAside.delete'
  | 'organization.quotas'
  | 'member.join'
  | 'member.update'
  | 'member.leave'
  | 'member.remove'
  | 'person.resetLink'
  | 'person.resetPassword'
  | 'person.changeEmail'
  | 'person.enableTwoFactor'
  | 'person.disableTwoFactor'
  | 'person.renewRecoveryCodes'
  | 'person.addPasskey'
  | 'person.removePasskey'
  | 'person.connectProvider'
  | 'person.disconnectProvider'
  | 'invitation.create'
  | 'invitation.revoke'
  | 'apiKey.create'
  | 'apiKey.rotate'
  | 'apiKey.delete'
  | 'application.create'
  | 'application.update'
  | 'application.rotate'
  | 'application.delete'
  | 'device.create'
  | 'device.update'
  | 'device.delete'
  | 'credential.issue'
  | 'credential.rotate'
  | 'credential.revoke'

interface AuditEntry {
  action: AuditAction
  /** The object of the action: `device/pump-7/credential/x1`. */
  target: string
  detail?: Prisma.InputJsonObject
}

/** Records changes in the transaction that makes them, so that neither is committed without the other. */
@Injectable()
export class AuditLog {
  async record(transaction: Transaction, principal: Principal, entry: AuditEntry): Promise<void> {
    await this.recordAs(transaction, principal.organizationId, actorOf(principal), entry)
  }

  /** Records an action for which there is no principal yet: making the first person or an organization. */
  async recordAs(
    transaction: Transaction,
    organizationId: number,
    actor: `person:${string}` | `key:${string}` | 'platform',
    entry: AuditEntry,
  ): Promise<void> {
    await transaction.auditRow.create({ data: { organizationId, actor, ...entry } })
  }
}

function actorOf(principal: Principal): `person:${string}` | `key:${string}` {
  return principal.kind === 'person' ? `person:${principal.userId}` : `key:${principal.apiKeyId}`
}
