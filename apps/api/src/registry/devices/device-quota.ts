import { Injectable } from '@nestjs/common'
import type { Transaction } from '../../foundation/database/database.service.js'
import { ConflictError } from '../../foundation/errors/domain-errors.js'
import { OrganizationQuotas } from '../../identity/organizations/organization-quotas.js'

/** How long a count is good for while it is far below the quota. */
const countedForMs = 60_000
/** With less left than this, devices are counted each time: more than can be made in transactions that are under way. */
const exactWithin = 100

/** Keeps organizations from having more devices than their quota. */
@Injectable()
export class DeviceQuota {
  private readonly counts = new Map<number, { devices: number; atMs: number }>()

  constructor(private readonly quotas: OrganizationQuotas) {}

  /** Throws a ConflictError when the organization may have no further device. Call it in the transaction that makes one. */
  async take(transaction: Transaction, organizationId: number): Promise<void> {
    const { devices: most } = this.quotas.of(organizationId)
    if (!Number.isFinite(most)) return
    const known = this.counts.get(organizationId)
    if (known !== undefined && this.isFarBelow(known, most)) {
      known.devices += 1
      return
    }
    // Two requests at the same time do not both take the last one.
    await transaction.$queryRaw`SELECT FROM organization WHERE id = ${organizationId} FOR UPDATE`
    const devices = await transaction.device.count({ where: { organizationId } })
    if (devices >= most)
      throw new ConflictError(
        `The organization has ${devices} devices, and ${most} are allowed. Delete some, or ask a platform administrator for a higher quota.`,
        'quota_exceeded',
      )
    this.counts.set(organizationId, { devices: devices + 1, atMs: performance.now() })
  }

  private isFarBelow({ devices, atMs }: { devices: number; atMs: number }, most: number): boolean {
    return devices < most - exactWithin && performance.now() - atMs < countedForMs
  }
}
