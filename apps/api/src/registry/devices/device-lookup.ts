import { withinTags } from '@heliograph/protocol'
import { Injectable } from '@nestjs/common'
import { Database, type Transaction } from '../../foundation/database/database.service.js'
import type { Device } from '../../foundation/database/generated/client.js'
import { NotFoundError } from '../../foundation/errors/domain-errors.js'
import type { Principal } from '../../foundation/principal/principal.js'

/** Finds devices in the caller's organization, of those that the caller sees. */
@Injectable()
export class DeviceLookup {
  constructor(private readonly database: Database) {}

  /** The device's row. Throws a NotFoundError, also for a device of another organization or outside of a tag limit. */
  async find(
    principal: Principal,
    deviceId: string,
    transaction: Transaction = this.database.prisma,
  ): Promise<Device> {
    const device = await transaction.device.findUnique({
      where: { organizationId_id: { organizationId: principal.organizationId, id: deviceId } },
    })
    if (device === null || !withinTags(principal.tags, device.tags))
      throw new NotFoundError(`There is no device ${deviceId}.`, 'device_not_found')
    return device
  }
}
